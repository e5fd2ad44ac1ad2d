"""From edition to edition, and the labels that a codebook is made from."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from extraction.editions import crosswalks as module
from extraction.editions import editions
from extraction.editions.crosswalks import RELATIONS, crosswalks


def test_they_lead_from_each_edition_to_the_next() -> None:
    steps = [(walk.earlier, walk.later) for walk in crosswalks()]
    ids = list(editions())
    assert steps == list(pairwise(ids))
    assert all(walk.note_zh and walk.note_en for walk in crosswalks())


def test_every_figure_of_an_earlier_edition_is_accounted_for() -> None:
    for walk in crosswalks():
        named = {name for bridge in walk.bridges for name in bridge.earlier}
        edition = editions()[walk.earlier]
        if walk.earlier == "2019":
            cells = {
                f"{table}.{row}.{column}"
                for table, form in edition.tables.items()
                for row, spec in form.rows.items()
                for column in spec.columns
                if table != "proactive"
            }
            assert cells <= named
    walk = crosswalks()[1]
    assert {relation for walk in crosswalks() for relation in (b.relation for b in walk.bridges)} <= set(
        RELATIONS
    )
    assert ("statistics.received.value",) in {bridge.earlier for bridge in walk.bridges}


def test_nothing_is_bridged_twice_as_the_same() -> None:
    for walk in crosswalks():
        same = [name for bridge in walk.bridges if bridge.relation == "same" for name in bridge.earlier]
        assert len(same) == len(set(same))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"from": ["statistics.no_such"], "to": [], "relation": "same"}, "has no statistics.no_such"),
        (
            {"from": ["statistics.received"], "to": ["requests.new.all"], "relation": "same"},
            "has no requests.new.all",
        ),
        ({"from": ["statistics.received"], "to": [], "relation": "equal"}, "relation"),
        ({"from": ["received"], "to": [], "relation": "same"}, "has no received"),
    ],
)
def test_a_wrong_entry_is_refused(
    entry: dict[str, object], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry |= {"note_zh": "注", "note_en": "note"}
    walk = {"from": "2014", "to": "2019", "note_zh": "注", "note_en": "note", "entries": [entry]}
    (tmp_path / "crosswalks.yaml").write_text(yaml.safe_dump([walk]), encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=message):
        crosswalks.__wrapped__()


def test_every_table_row_and_column_has_an_english_label() -> None:
    for edition in editions().values():
        for table in edition.tables.values():
            assert table.label
            assert table.label_en
            assert table.meaning
            for part in (table.rows, table.columns, table.groups):
                assert all(label.label_en for label in part.values())
        assert all(indicator.label_en and indicator.code for indicator in edition.indicators.values())


def test_indicators_of_2008_are_numbered_in_order_and_add_up_to_known_ones() -> None:
    edition = editions()["2008"]
    codes = [indicator.code for indicator in edition.indicators.values()]
    assert codes == sorted(codes)
    assert len(codes) == len(set(codes))
    for total, parts in edition.indicator_sums:
        assert {edition.indicators[part].group for part in parts} == {total}
