"""Damaged and hostile documents through the workers: always a record, in its limits, never a wrong figure.

What can be said honestly of a damaged document: damage to a figure's own text may give another figure
(``5345`` cut off is ``53``), and identities notice some of that. But damage to what stands outside the tables
must leave every figure as it was, or be flagged; and a report that lost cells must say so.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from extraction.workers import Extractor, is_limit
from tests.corpus.judge import Flags
from tests.extraction import fuzzing
from tests.extraction.hostile import HOSTILE, LARGE

MIB = 1 << 20
CASES = 300
MANY = 10_000

SLOW = frozenset(
    {
        "100k tables",
        "DOCX million cells",
        "XLSX million cells",
        "million cells",
        "million rows",
        "wide row",
        "million paragraphs",
        "million breaks",
        "many attributes",
        "huge attribute",
        "digits in a cell",
        "digits in text",
        "spaced digits",
        "text of short lines",
        "text of dates",
        "text of table labels",
        "text of report titles",
        "text of headings",
        "text of tabs",
        "text of pipes",
        "one long line of place names",
        "PDF thousand pages",
        "PDF flate bomb",
        "PDF letters",
        "PDF ruling lines",
        "JSON object",
        "RTF million cells",
        "RTF deep",
        "ZIP bomb",
    }
)
"""Hostile cases that take seconds, or end at a limit."""

ABORTS = frozenset({"PDF flate bomb", "PDF form in itself"})
"""PDFium aborts where an allocation is refused; that it was memory shows only if much was in use already."""

CLEAN = ("xinhuilu-2020.html", "huayuan-2024.html", "2020-xinhuilu.docx-text.txt", "datan-2020.docx")
"""Reports in which nothing is flagged to begin with: a flag in a damaged copy comes from the damage."""


# A mutated PDF often loses its characters, and would be recognised: seconds for each of ten thousand. Damaged
# pictures have tests of their own.
WITHOUT_OCR = "without_ocr:extract"


@pytest.fixture(scope="module", autouse=True)
def without_ocr() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        patch.setenv("GONGKAI_OCR", "off")
        yield


@pytest.fixture(scope="module")
def extractor(without_ocr: None) -> Iterator[Extractor]:
    with Extractor(time_limit=10.0, memory_limit=512 * MIB, function=WITHOUT_OCR) as extractor:
        yield extractor


def run(extractor: Extractor, cases: Iterable[str]) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Each case with its bytes and its record."""
    held: dict[str, bytes] = {}

    def items() -> Iterator[tuple[str, bytes, None, None]]:
        for name in cases:
            held[name] = fuzzing.case(name)
            yield name, held[name], None, None

    for name, record in extractor.map(items()):
        yield name, held.pop(name), record


def test_damaged_documents_give_sound_records(extractor: Extractor) -> None:
    found = {
        name: problems
        for name, data, record in run(extractor, fuzzing.names(CASES))
        if (problems := fuzzing.problems(record, data))
    }
    assert found == {}, "again: python -m tests.extraction.fuzzing --case NAME"


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_ten_thousand_damaged_documents() -> None:
    most = 0
    found = {}
    with Extractor(time_limit=20.0, memory_limit=512 * MIB, processes=2, function=WITHOUT_OCR) as extractor:
        for n, (name, data, record) in enumerate(run(extractor, fuzzing.names(MANY, pictures=True))):
            if problems := fuzzing.problems(record, data):
                found[name] = problems[:3]
            if n % 100 == 0:
                most = max(most, psutil.Process().memory_info().rss)
    assert found == {}
    assert most < 1024 * MIB  # the parent's memory is bounded too


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in HOSTILE]
)
def test_a_hostile_document_gives_a_sound_record(extractor: Extractor, name: str) -> None:
    ((_, data, record),) = run(extractor, [name])
    # A limit is an honest answer to these; a crash, or a record of another shape, is not.
    limit = is_limit(record) and (record["issues"][0]["code"] != "crashed" or name in ABORTS)
    assert limit or fuzzing.problems(record, data) == []
    assert extractor.extract(fuzzing.seeds()["huayuan-2024.html"])["kind"] == "report"


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", LARGE)
def test_a_large_document_gives_a_record(name: str) -> None:
    data = LARGE[name]()
    with Extractor(time_limit=30.0, memory_limit=1 << 30, function=WITHOUT_OCR) as extractor:
        record = extractor.extract(data)
        assert record["document"]["bytes"] == len(data)
        assert record["kind"] in ("unreadable", "not_report")


def test_a_case_is_the_same_every_time() -> None:
    for name in fuzzing.names(40):
        assert fuzzing.case(name) == fuzzing.case(name)


def test_every_format_there_is_is_fuzzed() -> None:
    files = {name.rpartition("#")[0] for name in fuzzing.names(CASES)}
    suffixes = {Path(file).suffix for file in files}
    assert {".html", ".docx", ".pdf", ".txt"} <= suffixes
    assert suffixes | fuzzing.PICTURES >= set(fuzzing.formats())


def test_the_worker_gives_the_record_of_the_bare_function(extractor: Extractor) -> None:
    import extraction

    for data in (fuzzing.seeds()[name] for name in CLEAN):
        theirs, ours = extractor.extract(data), extraction.extract(data).to_dict()
        # The workers have recognition switched off, which the id says; nothing else may differ.
        ours["extractor"] = theirs["extractor"]
        assert json.dumps(theirs) == json.dumps(ours)


# -- figures


def table_stretch(name: str, data: bytes) -> tuple[int, int]:
    """Where the tables stand in the bytes of a page or a text, with room for a text table's head."""
    if name.endswith(".html"):
        first, last = data.find(b"<table"), data.rfind(b"</table>") + 8
        assert 0 < first < last
        return first, last
    from extraction import extract

    places = [(cell["at"] or {}).get("path") or "" for cell in extract(data).to_dict()["cells"].values()]
    lines = [int(line) for place in places for line in re.findall(r"line:(\d+)", place)]
    starts = [0, *(match.end() for match in re.finditer(rb"\n", data)), len(data)]
    return starts[max(min(lines) - 40, 0)], starts[min(max(lines) + 5, len(starts) - 1)]


def flip(rng: random.Random, data: bytes, first: int, last: int) -> bytes:
    """Flip some bits before `first` and from `last` on."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 4, 16))):
        at = rng.randrange(len(data) - (last - first))
        out[at if at < first else at + last - first] ^= 1 << rng.randrange(8)
    return bytes(out)


def damaged_outside(name: str, number: int) -> bytes:
    """A copy of a report with bits flipped outside its tables."""
    rng = random.Random(f"{name}/{number}")
    data = fuzzing.seeds()[name]
    if not name.endswith(".docx"):
        return flip(rng, data, *table_stretch(name, data))
    parts = dict(fuzzing.unzip(data))
    main = parts["word/document.xml"]
    first, last = main.find(b"<w:tbl>"), main.rfind(b"</w:tbl>") + 8
    parts["word/document.xml"] = flip(rng, main, first, last)
    return fuzzing.rezip(list(parts.items()))


def figures(record: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{table}.{row}.{column}": value
        for table, rows in record["tables"].items()
        for row, columns in rows.items()
        for column, value in columns.items()
    }


def silent_errors(sound: dict[str, Any], damaged: dict[str, Any]) -> list[str]:
    """Figures of the damaged copy that differ from the sound report's, and nothing says so."""
    if damaged["kind"] != "report":
        return []  # it says that it is not read, or no report
    before, after, flags = figures(sound), figures(damaged), Flags(damaged)
    whole = any(issue["severity"] == "error" for issue in damaged["issues"])
    return [
        f"{key}: {after.get(key)!r} where {before.get(key)!r}"
        for key in sorted(before.keys() | after.keys())
        # A figure that is gone may be flagged by an error of the whole; another one must be flagged itself.
        if before.get(key) != after.get(key)
        and not flags.doubts(key)
        and not (whole and after.get(key) is None)
    ]


@pytest.mark.parametrize("name", CLEAN)
def test_damage_outside_the_tables_changes_no_figure_silently(extractor: Extractor, name: str) -> None:
    sound = extractor.extract(fuzzing.seeds()[name])
    assert sound["kind"] == "report"
    assert not Flags(sound).named
    wrong = {}
    for n, record in extractor.map((n, damaged_outside(name, n), None, None) for n in range(60)):
        if errors := silent_errors(sound, record):
            wrong[n] = errors[:3]
    assert wrong == {}


@pytest.mark.parametrize("name", [name for name in CLEAN if not name.endswith(".docx")])
def test_a_report_cut_off_in_its_tables_says_so(extractor: Extractor, name: str) -> None:
    data = fuzzing.seeds()[name]
    sound = extractor.extract(data)
    first, last = table_stretch(name, data)
    rng = random.Random(name)
    cuts = sorted(rng.randrange(first, last - 200) for _ in range(40))
    wrong = {}
    for cut, record in extractor.map((cut, data[:cut], None, None) for cut in cuts):
        doubts = [issue for issue in record["issues"] if issue["severity"] != "note"]
        if figures(record) != figures(sound) and record["kind"] == "report" and not doubts:
            wrong[cut] = len(figures(record))
    assert wrong == {}
