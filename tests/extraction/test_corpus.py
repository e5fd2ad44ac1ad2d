"""The committed corpus through `extract()`: no silent error, and never fewer right than before.

`tests/corpus/expectations.yaml` holds, per format, what is reached; its numbers are raised by hand, never
lowered. Documents under `open` fail for the reason given; one that is mended must be taken off the list.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from extraction import ocr
from tests.corpus import generate
from tests.corpus.judge import COMMITTED, Verdict, documents, faults, judge_safely, summary

EXPECTATIONS = yaml.safe_load((COMMITTED.parent / "expectations.yaml").read_text(encoding="utf-8"))
OPEN: dict[str, str] = EXPECTATIONS["open"] or {}
# Classes known to fail: the drawn run leaves them out, the committed documents are named one by one.
OPEN_DEVIATIONS = set(EXPECTATIONS["open_deviations"] or {})
SLOW = set(EXPECTATIONS["slow"])
FORMATS = sorted(EXPECTATIONS["formats"])
RECOGNISED = {"picture", "scan"}
NEEDS_OCR = pytest.mark.skipif(not ocr.available(), reason="the ocr extra is not installed")
FAST_FORMATS = [
    pytest.param(name, marks=[*([pytest.mark.slow] * (name in SLOW)), *([NEEDS_OCR] * (name in RECOGNISED))])
    for name in FORMATS
]


@cache
def by_format() -> dict[str, list[tuple[Path, dict[str, Any]]]]:
    out: dict[str, list[tuple[Path, dict[str, Any]]]] = defaultdict(list)
    for path, truth in documents(COMMITTED):
        out[truth["format"]].append((path, truth))
    return dict(out)


@cache
def verdicts(name: str) -> list[Verdict]:
    return [judge_safely(path, truth) for path, truth in by_format()[name]]


def test_every_format_has_expectations() -> None:
    assert sorted(by_format()) == FORMATS


@pytest.mark.parametrize("name", FAST_FORMATS)
def test_nothing_is_silently_wrong(name: str) -> None:
    wrong = {v.name: faults(v)[:3] for v in verdicts(name) if faults(v) and v.name not in OPEN}
    assert wrong == {}


@pytest.mark.parametrize("name", FAST_FORMATS)
def test_open_failures_are_still_open(name: str) -> None:
    mended = [v.name for v in verdicts(name) if v.name in OPEN and not faults(v)]
    assert mended == [], "mended: `python -m tests.corpus.expect --raise` takes them off `open`"


@pytest.mark.parametrize("name", FAST_FORMATS)
def test_no_fewer_are_right_than_before(name: str) -> None:
    reached = summary(verdicts(name))[name]
    fewer = {
        key: (reached[key], least)
        for key, least in EXPECTATIONS["formats"][name].items()
        if reached[key] < least
    }
    assert fewer == {}


@pytest.mark.slow
@pytest.mark.parametrize("form", [*generate.FORMATS, "negative", "special"])
def test_generated_documents_hold_no_silent_error(form: str, tmp_path: Path) -> None:
    wrong = {}
    for number in range(120):
        rendered, truth = generate.document(2026, number, form)
        if OPEN_DEVIATIONS & set(truth["deviations"]):
            continue
        path = generate.write(tmp_path, f"{form}-{number}", rendered, truth)
        found = faults(judge_safely(path, truth))
        if found:
            wrong[path.name] = found[:2]
    assert wrong == {}
