"""What other readers get from the same files: `python -m tests.corpus.peers` in an environment that has them.

    pip install pandas html5lib trafilatura pdfplumber python-docx kreuzberg

The measure is generous to them. A printed row of the requests table, or the fifteen figures of review and
litigation, counts as recovered when some row of the reader's tables holds its figures as numbers, in order,
side by side, whether or not the right label stands beside them; rows with a blank are left out. None of these
readers claims to know the forms, and none says which of its figures are doubtful.
"""

# ruff: noqa: BLE001 - a reader that raises has recovered nothing, whatever it raises

from __future__ import annotations

import io
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.corpus.judge import COMMITTED, documents

Rows = list[list[str]]
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _pandas(path: Path) -> Rows:
    pandas: Any = import_module("pandas")
    frames = pandas.read_html(io.BytesIO(path.read_bytes()), header=None)
    return [[str(value) for value in row] for frame in frames for row in frame.itertuples(index=False)]


def _trafilatura(path: Path) -> Rows:
    trafilatura: Any = import_module("trafilatura")
    etree: Any = import_module("lxml.etree")
    found = trafilatura.extract(path.read_bytes(), output_format="xml", include_tables=True)
    tree = etree.fromstring(found.encode()) if found else etree.Element("none")
    return [["".join(cell.itertext()) for cell in row.iter("cell")] for row in tree.iter("row")]


def _pdfplumber(path: Path) -> Rows:
    pdfplumber: Any = import_module("pdfplumber")
    with pdfplumber.open(path) as pdf:
        return [
            [cell or "" for cell in row]
            for page in pdf.pages
            for table in page.extract_tables()
            for row in table
        ]


def _python_docx(path: Path) -> Rows:
    docx: Any = import_module("docx")
    return [
        [cell.text for cell in row.cells] for table in docx.Document(str(path)).tables for row in table.rows
    ]


def _kreuzberg(path: Path) -> Rows:
    kreuzberg: Any = import_module("kreuzberg")
    result = kreuzberg.extract_file_sync(str(path))
    rows = [row for table in result.tables for row in table.cells]
    return rows or [line.strip().strip("|").split("|") for line in result.content.splitlines() if "|" in line]


def _ours(path: Path) -> Rows:
    extraction: Any = import_module("extraction")
    tables = extraction.extract(path.read_bytes()).to_dict().get("tables") or {}
    rows: Rows = [
        [str(v) for v in row.values()]
        for name in ("proactive", "requests")
        for row in tables.get(name, {}).values()
    ]
    return [*rows, [str(v) for block in tables.get("review_litigation", {}).values() for v in block.values()]]


PEERS: dict[str, dict[str, Callable[[Path], Rows]]] = {
    "html": {
        "gongkai": _ours,
        "pandas.read_html": _pandas,
        "trafilatura": _trafilatura,
        "kreuzberg": _kreuzberg,
    },
    "pdf": {"gongkai": _ours, "pdfplumber": _pdfplumber, "kreuzberg": _kreuzberg},
    "docx": {"gongkai": _ours, "python-docx": _python_docx, "kreuzberg": _kreuzberg},
    "xlsx": {"gongkai": _ours, "kreuzberg": _kreuzberg},
    "doc": {"gongkai": _ours, "kreuzberg": _kreuzberg},
    "rtf": {"gongkai": _ours, "kreuzberg": _kreuzberg},
}


def printed_rows(truth: dict[str, Any]) -> list[tuple[Decimal, ...]]:
    """The rows of figures as printed: seven of the requests table, all fifteen of review and litigation."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for key, cell in truth["cells"].items():
        table, row = key.split(".")[:2]
        if table not in {"requests", "review_litigation"}:
            continue
        rows.setdefault(table if table == "review_litigation" else f"{table}.{row}", []).append(cell)
    return [
        tuple(Decimal(str(cell["value"])) for cell in cells)
        for cells in rows.values()
        if all(cell["status"] == "number" for cell in cells)
    ]


def _numbers(row: list[str]) -> list[Decimal | None]:
    texts = ["".join(text.split()) for text in row]
    return [Decimal(text) if NUMBER.fullmatch(text) else None for text in texts]


def recovered(rows: Rows, wanted: list[tuple[Decimal, ...]]) -> int:
    """How many wanted rows stand in the reader's rows, each of which serves once."""
    pool = [_numbers(row) for row in rows]
    count = 0
    for figures in sorted(wanted, key=len, reverse=True):
        for number, row in enumerate(pool):
            spans = range(len(row) - len(figures) + 1)
            if any(tuple(row[start : start + len(figures)]) == figures for start in spans):
                count += 1
                pool.pop(number)
                break
    return count


def main() -> int:
    wanted: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    spent: Counter[tuple[str, str]] = Counter()
    for path, truth in documents(COMMITTED):
        rows = printed_rows(truth)
        wanted[truth["format"]] += len(rows)
        for name, reader in PEERS.get(truth["format"], {}).items():
            begin = time.process_time()
            try:
                found[truth["format"], name] += recovered(reader(path), rows)
            except ImportError:
                found[truth["format"], name] = -1
            except Exception as error:
                print(f"{name} on {path.name}: {type(error).__name__}", file=sys.stderr)
            spent[truth["format"], name] += int(1000 * (time.process_time() - begin))
    print("| format | rows without blanks | reader | recovered | CPU, ms |")
    print("|---|--:|---|--:|--:|")
    counts = Counter(truth["format"] for _, truth in documents(COMMITTED))
    for (form, name), count in found.items():
        share = f"{count} ({100 * count / wanted[form]:.0f} %)" if count >= 0 else "not installed"
        print(f"| {form} | {wanted[form]} | {name} | {share} | {spent[form, name] / counts[form]:.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
