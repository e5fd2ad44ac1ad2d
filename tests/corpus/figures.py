"""Lawful random figures, and the ways in which agencies print them.

A `Figures` maps a cell key to a number; H1-H4 hold. `printed` turns it into what stands in the cells: text, and the value and
status that a reader must get from that text.
"""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from tests.corpus import forms

Number = int | Decimal
Figures = dict[str, Number]
SIX = [key for key, _ in forms.APPLICANTS if key != "total"]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass
class Printed:
    """One cell as printed, and what it means.

    `accept` holds further values that are right as long as something says that they are not certain (a sum without a unit).
    """

    raw: str
    value: Number | None
    status: str
    accept: list[Number | None] = field(default_factory=list)


Table = dict[str, Printed]


def _spread(rng: random.Random, total: int, keys: list[str], weights: list[float]) -> dict[str, int]:
    out = dict.fromkeys(keys, 0)
    for key in rng.choices(keys, weights, k=min(total, 400)):
        out[key] += max(1, total // 400)
    rest = total - sum(out.values())
    out[keys[rng.randrange(len(keys))]] += rest
    return out


def _size(rng: random.Random, profile: str) -> int:
    if profile == "zero":
        return 0
    return {
        "sparse": lambda: rng.choice([0, 0, 1, 1, 2, 3, 5, 8]),
        "medium": lambda: rng.randint(10, 240),
        "large": lambda: rng.randint(800, 16000),
    }[profile]()


def requests(rng: random.Random, edition: str, profile: str) -> Figures:
    """A requests table: every column lawful by construction, totals by addition."""
    leaves = forms.leaves(edition)
    weights = [rng.choice([0.0, 0.0, 0.2, 1.0]) for _ in leaves]
    weights[leaves.index("granted")] = 6.0
    weights[leaves.index("unavailable_not_held")] = 4.0
    columns = _spread(rng, _size(rng, profile), SIX, [20, 3, 0.4, 0.4, 1.2, 0.5])
    figures: Figures = {}
    for column in SIX:
        pool = columns[column]
        carried_in = rng.randint(0, pool) // 8 if pool else 0
        over = rng.randint(0, pool) // 10 if pool else 0
        done = _spread(rng, pool - over, leaves, weights)
        figures[f"requests.new.{column}"] = pool - carried_in
        figures[f"requests.carried_in.{column}"] = carried_in
        figures[f"requests.carried_over.{column}"] = over
        figures[f"requests.total.{column}"] = pool - over
        for leaf in leaves:
            figures[f"requests.{leaf}.{column}"] = done[leaf]
    for row in forms.request_rows(edition):
        figures[f"requests.{row}.total"] = sum(figures[f"requests.{row}.{column}"] for column in SIX)
    return figures


def review(rng: random.Random, profile: str) -> Figures:
    top = {"zero": 0, "sparse": 2, "medium": 12, "large": 400}[profile]
    figures: Figures = {}
    for block, _ in forms.REVIEW_BLOCKS:
        parts = [rng.choice([0, rng.randint(0, top)]) for _ in range(4)]
        for (result, _), value in zip(forms.REVIEW_RESULTS, [*parts, sum(parts)], strict=True):
            figures[f"review_litigation.{block}.{result}"] = value
    return figures


def proactive(rng: random.Random, edition: str, profile: str) -> Figures:
    big = {"zero": 0, "sparse": 40, "medium": 3000, "large": 900000}[profile]
    figures: Figures = {}
    for key in forms.proactive_keys(edition):
        _, row, column = key.split(".")
        value: Number = rng.choice([0, rng.randint(0, big), rng.randint(0, max(1, big // 20)) if big else 0])
        if row == "regulations" and rng.random() < 0.8:
            value = 0
        if column == "change":
            value = rng.choice([0, 0, rng.randint(-12, 15), -rng.randint(1, 9)]) if big else 0
        elif column in {"items_last_year", "items"}:
            value = rng.choice([0, rng.randint(0, min(big, 480))])
        elif column == "amount_wan_yuan" and value:
            value = Decimal(rng.randint(1, big * 100)) / rng.choice([100, 100, 10000])
        elif column == "amount_yuan" and value:
            value = Decimal(rng.randint(100, 10**9)) / 100
        figures[key] = value
    if edition == "2021":
        for row in ("regulations", "normative_documents"):
            figures[f"proactive.{row}.in_force"] = max(
                figures[f"proactive.{row}.in_force"], figures[f"proactive.{row}.issued"]
            )
    if edition == "2019":
        for row in ("regulations", "normative_documents"):
            figures[f"proactive.{row}.newly_disclosed"] = min(
                figures[f"proactive.{row}.newly_disclosed"], figures[f"proactive.{row}.made_this_year"]
            )
            figures[f"proactive.{row}.total_disclosed"] = max(
                figures[f"proactive.{row}.total_disclosed"], figures[f"proactive.{row}.newly_disclosed"]
            )
        for row in ("licensing", "other_services", "penalties", "coercive_measures", "fees"):
            figures[f"proactive.{row}.change"] = max(
                figures[f"proactive.{row}.change"], -figures[f"proactive.{row}.items_last_year"]
            )
        if not figures["proactive.procurement.items"]:
            figures["proactive.procurement.amount_yuan"] = 0
    return figures


def statistics_2014(rng: random.Random, profile: str) -> Figures:
    """The statistics table of 2014: parts first, totals by addition."""
    top = {"zero": 0, "sparse": 9, "medium": 300, "large": 60000}[profile]
    figures: Figures = {
        f"statistics.{key}": rng.choice([0, rng.randint(0, top)])
        for key, _, _, _ in forms.STATISTICS_2014
        if key
    }

    def total(key: str, *parts: str) -> None:
        figures[f"statistics.{key}"] = sum(figures[f"statistics.{part}"] for part in parts)

    total("received", "received_in_person", "received_fax", "received_online", "received_letter")
    figures["statistics.closed_extended"] = rng.randint(0, int(figures["statistics.received"]) // 5)
    figures["statistics.closed_on_time"] = (
        figures["statistics.received"] - figures["statistics.closed_extended"]
    )
    total("closed", "closed_on_time", "closed_extended")
    total(
        "reply_refused",
        *(key for key, _, _, _ in forms.STATISTICS_2014 if key.startswith("refused_")),
    )
    total("replies", *(key for key, _, _, _ in forms.STATISTICS_2014 if key.startswith("reply_")))
    for name in ("reconsideration", "litigation"):
        total(name, *(key for key, _, _, _ in forms.STATISTICS_2014 if key.startswith(f"{name}_")))
    total("staff", "staff_full_time", "staff_part_time")
    channels = [key for key, _, _, _ in forms.STATISTICS_2014 if key.startswith("channel_")]
    figures["statistics.open_total"] = max(figures[f"statistics.{key}"] for key in channels)
    figures["statistics.open_normative"] = min(
        figures["statistics.open_normative"], figures["statistics.open_total"]
    )
    for whole in ("press_conferences", "online_interviews"):
        part = f"statistics.{whole}_by_leader"
        figures[part] = min(figures[part], figures[f"statistics.{whole}"])
    for money in ("fees_wan_yuan", "special_budget_wan_yuan"):
        figures[f"statistics.{money}"] = Decimal(rng.randint(0, top * 10)) / 100
    return figures


def spoil(rng: random.Random, figures: Figures, edition: str) -> list[str]:
    """An agency's own arithmetic error in the requests or review table; the cell that was altered."""
    candidates = ["requests.total.total", "requests.new.total", "requests.carried_over.natural_person"]
    candidates += [f"requests.{leaf}.natural_person" for leaf in forms.leaves(edition)[:3]]
    candidates += ["review_litigation.reconsideration.total"]
    key = rng.choice(candidates)
    figures[key] = figures[key] + rng.choice([1, 2, 10])
    return [key]


# -- printing ---------------------------------------------------------------------------------------------------------


def plain(value: Number) -> str:
    return str(value) if isinstance(value, int) else format(value.normalize(), "f")


def _number(raw: str, value: Number) -> Printed:
    return Printed(raw, value, "number")


def _style(wrap: Callable[[random.Random, str], str]) -> Callable[[random.Random, str, Number], Printed]:
    return lambda rng, key, value: _number(wrap(rng, plain(value)), value)


def _thousands(rng: random.Random, key: str, value: Number) -> Printed:
    comma = rng.choice([",", "，"])
    return _number(f"{value:,}".replace(",", comma) if not -1000 < value < 1000 else plain(value), value)


def _unit(rng: random.Random, key: str, value: Number) -> Printed:
    if key.endswith(("amount_yuan", "amount_wan_yuan")):
        return _number(plain(value), value)
    return _number(f"{plain(value)}{'项' if '.items' in key else '件'}", value)


def _note(rng: random.Random, key: str, value: Number) -> Printed:
    if value and "amount" not in key and rng.random() < 0.25:
        part = rng.randint(1, max(1, abs(int(value))))
        note = rng.choice([f"（其中修订{part}件）", f"(含上级交办{part}件)", f"（其中：网上{part}件）"])
        return _number(plain(value) + note, value)
    return _number(plain(value), value)


def _signed(rng: random.Random, key: str, value: Number) -> Printed:
    if key.endswith(".change") and value:
        text = rng.choice(
            [
                f"{int(value):+d}",
                f"{int(value):+d}".replace("-", "－").replace("+", "＋"),
                f"{value}".replace("-", "−"),
            ]
        )
        return _number(text, value)
    return _number(plain(value), value)


def _word_change(rng: random.Random, key: str, value: Number) -> Printed:
    if key.endswith(".change") and value:
        return _number(
            ("增" if value > 0 else "减") + rng.choice(["", "加" if value > 0 else "少"]) + f"{abs(value)}",
            value,
        )
    return _number(plain(value), value)


def _zero_as(
    raw: str, status: str, rows: Callable[[str], bool]
) -> Callable[[random.Random, str, Number], Printed]:
    def style(rng: random.Random, key: str, value: Number) -> Printed:
        return Printed(raw, None, status) if value == 0 and rows(key) else _number(plain(value), value)

    return style


def _mixed_zero(rng: random.Random, key: str, value: Number) -> Printed:
    if value:
        return _number(plain(value), value)
    raw = rng.choice(["0", "0", "", "/", "0", "—"])
    return _number("0", 0) if raw == "0" else Printed(raw, None, "dash" if raw else "blank")


def _decimals(rng: random.Random, key: str, value: Number) -> Printed:
    if "amount" in key:
        return _number(f"{Decimal(value):.4f}", value)
    return _number(plain(value), value)


def _split(rng: random.Random, key: str, value: Number) -> Printed:
    text = plain(value)
    return _number(" ".join([text[:1], text[1:]]) if len(text) in (2, 3) and text.isdigit() else text, value)


def _leaf(key: str) -> bool:
    return key.startswith("requests.") and key.split(".")[1] not in {
        "new",
        "carried_in",
        "total",
        "carried_over",
    }


def _wrapped(rng: random.Random, key: str, value: Number) -> Printed:
    text = plain(value)
    at = rng.randint(1, len(text) - 1) if len(text) > 1 else 0
    return _number(f"{text[:at]}\n{text[at:]}" if at and text.isdigit() else text, value)


def _footnote(rng: random.Random, key: str, value: Number) -> Printed:
    mark = rng.choice(["*", "①", "[1]", "（注）", "（注1）"]) if rng.random() < 0.1 else ""
    return _number(plain(value) + mark, value)


def _zero_width(rng: random.Random, key: str, value: Number) -> Printed:
    text = plain(value)
    return _number(
        rng.choice(["\u200b", "\ufeff", "\u200e", "\u00ad", ""]) + text + rng.choice(["\u200b", "", "\t"]),
        value,
    )


def _vague(rng: random.Random, key: str, value: Number) -> Printed:
    """Now and then what is no figure: a reader may take the number, but must say that it is not certain."""
    if rng.random() < 0.04 and isinstance(value, int) and value >= 0:
        raw = rng.choice(
            [f"约{value}", f"{value}余", f"{value}%", f"{value}-{value + 1}", f"≥{value}", f"{value}?"]
        )
        return Printed(raw, None, "text", accept=[value])
    if value == 0 and rng.random() < 0.04:
        return Printed(rng.choice(["O", "o", "〇", "零"]), None, "text", accept=[0])
    return _number(plain(value), value)


STYLES: dict[str, Callable[[random.Random, str, Number], Printed]] = {
    "plain": _style(lambda rng, text: text),
    "wide_space": _style(lambda rng, text: rng.choice(["　　", "　", " ", "\u00a0"]) + text),
    "trailing_space": _style(lambda rng, text: text + rng.choice([" ", "\u00a0", "　"])),
    "full_width": _style(lambda rng, text: text.translate(FULL_WIDTH)),
    "bookmark": _style(lambda rng, text: ("[bookmark: _GoBack]" if rng.random() < 0.03 else "") + text),
    "thousands": _thousands,
    "unit": _unit,
    "note": _note,
    "signed": _signed,
    "word_change": _word_change,
    "decimals": _decimals,
    "split_digits": _split,
    "wrapped_digits": _wrapped,
    "footnote": _footnote,
    "zero_width": _zero_width,
    "vague": _vague,
    "mixed_zero": _mixed_zero,
    "blank_zero": _zero_as("", "blank", lambda key: True),
    "blank_leaves": _zero_as("", "blank", _leaf),
    "nbsp_blank": _zero_as("\u00a0", "blank", _leaf),
    "slash": _zero_as("/", "dash", lambda key: key.startswith("proactive.regulations")),
    "dash": _zero_as("—", "dash", lambda key: key.startswith("proactive.")),
    "hyphen": _zero_as("-", "dash", _leaf),
    "none": _zero_as("无", "not_applicable", lambda key: key.startswith(("proactive.", "review"))),
}


def printed(rng: random.Random, figures: Figures, style: str) -> Table:
    """The figures as an agency of that habit prints them."""
    return {key: STYLES[style](rng, key, value) for key, value in figures.items()}


def blank_totals(table: Table) -> None:
    """Totals only in the four frame rows, as one large city printed them."""
    for key in table:
        if _leaf(key) and key.endswith(".total"):
            table[key] = Printed("", None, "blank")


def blank_columns(table: Table) -> None:
    """Only 自然人 is filled in the result rows; the other columns are left blank."""
    for key in table:
        result = key.startswith("requests.") and key.split(".")[1] not in {"new", "carried_in", "granted"}
        if result and not key.endswith(".natural_person"):
            table[key] = Printed("", None, "blank")


def fees(rng: random.Random, table: Table, deviation: str) -> str | None:
    """Print the fees of 2021 in another unit than the form's: in the cell or in the head; the head then."""
    key = "proactive.fees.amount_wan_yuan"
    cell = table.get(key)
    if cell is None or cell.value is None:
        return None
    wan = Decimal(cell.value)
    if deviation == "fee_head_yuan":
        table[key] = Printed(plain(wan * 10000), wan, "number")
        return "本年收费金额（单位：元）"
    table[key] = Printed(
        f"{plain(wan * 10000)}元" if deviation == "fee_cell_yuan" else f"{plain(wan)}万元", wan, "number"
    )
    return None


def money(rng: random.Random, table: Table, deviation: str) -> str | None:
    """Print the procurement sum with its unit in the cell or the head, or with none; the head's addition."""
    key = "proactive.procurement.amount_yuan"
    cell = table.get(key)
    if cell is None or cell.value is None:
        return None
    yuan = Decimal(cell.value)
    wan = plain(yuan / 10000)
    if deviation == "money_cell_yuan":
        table[key] = Printed(f"{plain(yuan)}元", yuan, "number")
    elif deviation == "money_cell_wan":
        table[key] = Printed(f"{wan}万元", yuan, "number")
    elif deviation == "money_head_wan":
        table[key] = Printed(wan, yuan, "number")
        return rng.choice(["（单位：万元）", "（万元）", "（单位：万元 保留4位小数）"])
    elif deviation == "money_head_yuan":
        table[key] = Printed(plain(yuan), yuan, "number")
        return "（元）"
    elif yuan:
        table[key] = Printed(wan, None, "unit_unknown", accept=[Decimal(wan)])
    return None
