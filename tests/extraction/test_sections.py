"""Sections by meaning: whole reports written by hand in the style of real ones."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from extraction.document import Document, Paragraph
from extraction.sections import find_sections
from extraction.text_lines import text_lines

CASES = yaml.safe_load((Path(__file__).parent / "data" / "sections.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("whole", [False, True], ids=["a_paragraph_a_line", "one_paragraph"])
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_sections(case: dict[str, Any], whole: bool) -> None:
    texts = [case["text"]] if whole else case["text"].split("\n")
    document = Document("text/plain", tuple(Paragraph(text) for text in texts))
    sections, _ = find_sections(text_lines(document), {})
    found = {section.key: section.text for section in sections}
    assert list(found) == list(case["sections"])
    for key, begin in case["sections"].items():
        assert found[key].startswith(begin) if begin else not found[key]
    for word in case.get("absent", ()):
        assert not [key for key, text in found.items() if word in text]
