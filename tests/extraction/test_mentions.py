"""The figures that sections state: written by hand in the style of the reports, and never one too many."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from extraction.mentions import find_mentions, keys, knowledge
from extraction.quantities import han_number
from extraction.record import Section

CASES = yaml.safe_load((Path(__file__).parent / "data" / "mentions.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_sentences(case: dict[str, Any]) -> None:
    text, year = case["text"], case["year"]
    found = find_mentions((Section("overview", None, text),), year)
    for mention in found:
        assert text[mention.at : mention.at + len(mention.raw)] == mention.raw
    sure = [(m.key, m.value) for m in found if not m.flags and m.year is None]
    expect = case.get("expect", {})
    assert dict(sure) == expect
    assert len(sure) == len(expect)
    doubted = {(m.key, m.value) for m in found if m.flags}
    for key, value in case.get("flagged", {}).items():
        assert (key, value) in doubted
    others = [[m.key, m.year, m.value] for m in found if not m.flags and m.year is not None]
    assert others == case.get("other", [])
