"""The red team's layouts and damages, one seed of each; `tests.corpus.redteam.hunt` looks at thousands."""

import json
import random
from typing import Any

import pytest

from extraction import extract
from tests.corpus.judge import judge
from tests.corpus.redteam import figures as fig
from tests.corpus.redteam import paint_html, paint_office, paint_text, shapes
from tests.corpus.redteam.hunt import SHAPES
from tests.corpus.redteam.mutations import DAMAGES

READ = sorted(set(SHAPES) - {"last_year_words", "last_year_before", "last_year_after", "proactive_pairs"})
"""Shapes of which every cell is read, from a page."""


def read(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(extract(data).to_json())
    return found


@pytest.mark.parametrize("shape", READ)
def test_every_cell_of_a_shape_is_read(shape: str) -> None:
    rng = random.Random(shape)
    f = fig.draw(rng, "2021", 40)
    sheets = SHAPES[shape](f, rng)
    verdict = judge(
        read(paint_html.render(f, sheets, "plain")), {"format": "html", "deviations": [], **f.truth()}, shape
    )
    assert (verdict.cells["SILENT"], verdict.cells["flagged"]) == (0, 0), verdict.problems[:3]


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("paint", ["tabs_drop", "a_line", "markdown_pad"])
def test_no_shape_is_misread_from_text(shape: str, paint: str) -> None:
    rng = random.Random(f"{shape}{paint}")
    f = fig.draw(rng, rng.choice(["2019", "2021"]))
    if shape != "merged_zero":
        styles = fig.styles(rng)
        fig.restyle(f, styles[rng.choice(list(styles))])
    data = paint_text.render(f, SHAPES[shape](f, rng), paint)
    verdict = judge(read(data), {"format": "text", "deviations": [], **f.truth()}, shape)
    assert verdict.cells["SILENT"] == 0, verdict.problems[:3]


@pytest.mark.parametrize("damage", sorted(set(DAMAGES) - {"swap_figures"}))
@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_row_or_head_is_noticed(damage: str, seed: int) -> None:
    rng = random.Random(f"{damage}{seed}")
    f = fig.draw(rng, "2021", 40)
    sheet = shapes.requests(f)
    due = DAMAGES[damage](f, sheet, rng)
    record = read(paint_html.render(f, [shapes.proactive(f), sheet, shapes.review(f)], "plain"))
    verdict = judge(record, {"format": "html", "deviations": [], **f.truth()}, damage)
    assert verdict.cells["SILENT"] == 0, verdict.problems[:3]
    named = {key for issue in record["issues"] if issue["severity"] != "note" for key in issue["cells"]}
    for key in due:
        assert any(name == key or name.startswith(f"{key}.") for name in named), key


def _broken(f: fig.Figures, key: str, printed: str) -> dict[str, Any]:
    f.printed[key] = printed
    return read(
        paint_office.docx(
            f, [shapes.proactive(f), shapes.requests(f), shapes.review(f)], "plain", random.Random(1)
        )
    )


@pytest.mark.parametrize(("value", "printed"), [(216, "2 16"), (10, "10*"), (0, "〇"), (216, "21\n6")])
def test_another_lawful_reading_is_taken_where_the_identities_hold(value: int, printed: str) -> None:
    key = "requests.granted.natural_person"
    f = _with(key, value)
    record = _broken(f, key, printed)
    assert record["tables"]["requests"]["granted"]["natural_person"] == value
    assert any(issue["code"] == "second_look" and key in issue["cells"] for issue in record["issues"])


def test_another_reading_that_the_identities_contradict_is_not_taken() -> None:
    key = "requests.granted.natural_person"
    record = _broken(_with(key, 3), key, "2 16")
    assert record["tables"]["requests"]["granted"]["natural_person"] is None
    assert record["cells"][key]["status"] != "number"


def test_an_agencys_own_error_stays_as_printed_beside_what_the_identities_say() -> None:
    key = "requests.granted.natural_person"
    record = _broken(_with(key, 216), key, "261")
    assert record["tables"]["requests"]["granted"]["natural_person"] == 261
    assert record["cells"][key]["suggested"] == 216
    assert any(issue["code"] == "check_failed" and key in issue["cells"] for issue in record["issues"])


def _with(key: str, value: int) -> fig.Figures:
    """Lawful figures with a wanted one."""
    f = fig.draw(random.Random(4), "2021", 9)
    change = value - f.values[key]
    for name in (key, "requests.granted.total", "requests.total.natural_person", "requests.total.total",
                 "requests.new.natural_person", "requests.new.total"):  # fmt: skip
        f.values[name] += change
    fig.restyle(f, fig.plain)
    return f
