"""Judge red-team documents: `python -m tests.corpus.redteam.hunt [--seeds N] [--match TEXT] [--pdf] [--keep DIR]`."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.corpus.judge import judge
from tests.corpus.redteam import figures as fig
from tests.corpus.redteam import paint_html, paint_office, paint_pdf, paint_text, shapes
from tests.corpus.redteam.figures import Figures
from tests.corpus.redteam.grids import Sheet, split

Make = Callable[[Figures, random.Random], list[Sheet]]


def _with(**parts: Callable[[Figures], Any]) -> Make:
    def make(f: Figures, _: random.Random) -> list[Sheet]:
        out: list[Sheet] = []
        for name, usual in (
            ("proactive", shapes.proactive),
            ("requests", shapes.requests),
            ("review", shapes.review),
        ):
            found = parts.get(name, usual)(f)
            out += found if isinstance(found, list) else [found]
        return out

    return make


def _cut(f: Figures, rng: random.Random, heads: bool, times: int = 1) -> list[Sheet]:
    sheet = shapes.requests(f)
    parts = [sheet]
    for _ in range(times):
        last = parts.pop()
        low = 4 if len(parts) == 0 else 4 if heads else 1
        if len(last.rows) < low + 3:
            parts.append(last)
            break
        parts += split(last, rng.randint(low, len(last.rows) - 2), sheet.rows[:3] if heads else None)
    return [shapes.proactive(f), *parts, shapes.review(f)]


def _last_year(f: Figures, rng: random.Random, before: bool, captions: bool = True) -> list[Sheet]:
    old = fig.draw(rng, f.edition)
    mine, other = shapes.requests(f), shapes.requests(old)
    mine.before = [*mine.before, f"{f.year}年收到和处理政府信息公开申请情况"] if captions else mine.before
    other.before = [f"{f.year - 1}年收到和处理政府信息公开申请情况"] if captions else ["附：上年同期情况"]
    for row in other.rows:
        row[:] = [shapes.replace(b, tag=None) for b in row]
    pair = [other, mine] if before else [mine, other]
    return [shapes.proactive(f), *pair, shapes.review(f)]


def _repeated_heads(f: Figures, rng: random.Random) -> list[Sheet]:
    sheet = shapes.requests_flat(f, "rows")
    at = rng.randint(8, len(sheet.rows) - 4)
    sheet.rows[at:at] = sheet.rows[:3]
    return [shapes.proactive(f), sheet, shapes.review(f)]


SHAPES: dict[str, Make] = {
    "form": _with(),
    "review_two": _with(review=shapes.review_two),
    "review_three_row": _with(review=lambda f: shapes.review_three(f, "row")),
    "review_three_caption": _with(review=lambda f: shapes.review_three(f, "caption")),
    "review_rows": _with(review=shapes.review_rows),
    "review_rows_plain": _with(
        review=lambda f: shapes.review_rows(f, ("行政复议", "未经复议直接起诉", "复议后起诉"))
    ),
    "review_rows_merged": _with(review=shapes.review_rows_merged),
    "review_columns": _with(review=shapes.review_columns),
    "review_bands": _with(review=shapes.review_stacked_bands),
    "review_marker_twice": _with(review=shapes.review_repeated_marker),
    "serial": _with(requests=lambda f: shapes.requests(f, lead=True)),
    "remarks": _with(requests=lambda f: shapes.requests(f, lambda _: [shapes.Box("")], extra="备注")),
    "remarks_words": _with(
        requests=lambda f: shapes.requests(
            f, lambda k: [shapes.Box("见说明" if k == "granted" else "")], extra="备注"
        )
    ),
    "unit_column": _with(requests=shapes.requests_unit_column),
    "subtotal_column": _with(requests=shapes.requests_subtotal_column),
    "subtotal_rows": _with(requests=shapes.requests_subtotal_rows),
    "total_first": _with(requests=shapes.requests_total_first),
    "transposed": _with(requests=shapes.requests_transposed),
    "merged_zero": _with(requests=shapes.requests_merged_zero),
    "flat_rows": _with(requests=lambda f: shapes.requests_flat(f, "rows")),
    "flat_path": _with(requests=lambda f: shapes.requests_flat(f, "path")),
    "flat_bare": _with(requests=lambda f: shapes.requests_flat(f, "bare")),
    "one_head": _with(requests=lambda f: shapes.requests_flat(f, "one_head")),
    "unit_head": _with(requests=lambda f: shapes.requests_flat(f, "unit_head")),
    "cut": lambda f, r: _cut(f, r, heads=False),
    "cut_heads": lambda f, r: _cut(f, r, heads=True),
    "cut_twice": lambda f, r: _cut(f, r, heads=False, times=2),
    "cut_heads_twice": lambda f, r: _cut(f, r, heads=True, times=2),
    "repeated_heads": _repeated_heads,
    "last_year_after": lambda f, r: _last_year(f, r, before=False),
    "last_year_before": lambda f, r: _last_year(f, r, before=True),
    "last_year_words": lambda f, r: _last_year(f, r, before=False, captions=False),
    "shuffled": lambda f, r: [shapes.proactive(f), shapes.shuffled_rows(f, r), shapes.review(f)],
    "proactive_apart": _with(proactive=shapes.proactive_apart),
    "proactive_remarks": _with(proactive=lambda f: shapes.proactive_with(f, "备注", "")),
    "proactive_unit": _with(proactive=lambda f: shapes.proactive_with(f, "单位", "件", at_end=False)),
    "proactive_clause_column": _with(proactive=shapes.proactive_clause_column),
    "proactive_pairs": _with(proactive=shapes.proactive_pairs),
}


def paints(pdf: bool) -> dict[str, Callable[[Figures, list[Sheet], random.Random], tuple[bytes, str]]]:
    """All painters: name -> bytes and file ending."""
    out: dict[str, Callable[[Figures, list[Sheet], random.Random], tuple[bytes, str]]] = {}
    for how in paint_html.TABLES:
        out[f"html_{how}"] = lambda f, s, _, how=how: (paint_html.render(f, s, how), "html")  # type: ignore[misc]
    for how in paint_text.LAYOUTS:
        out[f"text_{how}"] = lambda f, s, _, how=how: (paint_text.render(f, s, how), "txt")  # type: ignore[misc]
    for how in ("plain", "chop", "no_vmerge"):
        out[f"docx_{how}"] = lambda f, s, r, how=how: (paint_office.docx(f, s, how, r), "docx")  # type: ignore[misc]
    for how in ("plain", "no_merge", "offset", "hidden_row", "text"):
        out[f"xlsx_{how}"] = lambda f, s, r, how=how: (paint_office.xlsx(f, s, how, r), "xlsx")  # type: ignore[misc]
    if pdf:
        out = {
            f"pdf_{how}": (lambda f, s, _, how=how: (paint_pdf.render(f, s, how), "pdf"))
            for how in paint_pdf.STYLES
        }  # type: ignore[misc]
    return out


def documents(seeds: range, match: str, pdf: bool) -> Iterator[tuple[str, bytes, str, dict[str, Any]]]:
    """Name, bytes, ending and truth of each document."""
    for seed in seeds:
        for shape, make in SHAPES.items():
            for paint, render in paints(pdf).items():
                rng = random.Random(f"{seed}/{shape}/{paint}")
                styles = fig.styles(rng)
                style = "plain" if rng.random() < 0.4 else rng.choice(list(styles))
                name = f"{shape}+{paint}+{style}+{seed}"
                if any(part not in name for part in match.split(",")):
                    continue
                f = fig.draw(rng, rng.choice(["2021", "2021", "2019"]))
                if shape != "merged_zero":
                    fig.restyle(f, styles[style])
                sheets = make(f, rng)
                for sheet in sheets:
                    sheet.check()
                data, ending = render(f, sheets, rng)
                yield name, data, ending, {"format": paint, "deviations": [shape, style], **f.truth()}


def main() -> int:
    from extraction import extract

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:1")
    parser.add_argument("--match", default="")
    parser.add_argument("--pdf", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--show", type=int, default=0)
    args = parser.parse_args()
    first, last = map(int, args.seeds.split(":"))
    counts: dict[str, Counter[str]] = {}
    silent = 0
    for name, data, ending, truth in documents(range(first, last), args.match, args.pdf):
        started = time.perf_counter()
        record = json.loads(extract(data).to_json())
        if time.perf_counter() - started > 3:
            print(f"{name}: slow, {time.perf_counter() - started:.1f} s")
        verdict = judge(record, truth, name)
        if args.keep:
            args.keep.mkdir(parents=True, exist_ok=True)
            (args.keep / f"{name}.{ending}").write_bytes(data)
        for part in [truth["format"], *truth["deviations"]]:
            row = counts.setdefault(part, Counter())
            row["documents"] += 1
            row.update(verdict.cells)
            row["touched"] += bool(verdict.cells["flagged"])
        pair = counts.setdefault(f"= {truth['deviations'][0]} in {truth['format']}", Counter())
        pair.update(verdict.cells)
        silent += verdict.silent > 0
        if verdict.silent or verdict.kind != "right" or "WRONG" in verdict.identity.values():
            print(
                f"{name}: silent {verdict.silent}, kind {verdict.kind}, {[p for p in verdict.problems if not p.startswith('flagged')][:4]}"
            )
        if args.show and verdict.cells["flagged"]:
            codes = [(i["code"], i["message"][:90]) for i in record["issues"] if i["severity"] != "note"]
            print(
                f"{name}: {verdict.cells['flagged']} flagged\n   {codes[: args.show]}\n   {verdict.problems[:3]}"
            )
    for part, row in counts.items():
        if row["flagged"] or row["SILENT"] or not part.startswith("="):
            share = row["right"] / max(row["right"] + row["flagged"] + row["SILENT"], 1)
            print(
                f"{part:45s} docs {row['documents']:4d} right {share:7.2%} flagged {row['flagged']:6d} SILENT {row['SILENT']:4d} alarms {row['false_alarm']:6d}"
            )
    print("silent documents:", silent)
    return int(silent > 0)


if __name__ == "__main__":
    sys.exit(main())
