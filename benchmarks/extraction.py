# ruff: noqa: E501 - the rows of a table
"""CPU time and memory of a record beside what other readers take for less, on the committed corpus.

A record is all of it: bytes in; cells with their places, sections, identities, issues out, as JSON. Beside it, in the same
process and in turn, document by document: the bare parse of the same page (`lxml.html`), the bare text of the same PDF
(pypdfium2), and readers that find tables (trafilatura with JSON, metadata and tables; pandas.read_html; pdfplumber; python-docx
with every cell). Every process reads each document once, after some others that fill the caches of labels as a worker's
are filled, so that no reader has seen the document before; the best of several processes counts. One core.

    pip install "gongkai[bench]"          # the other readers; those that are missing are left out, with a line that says so
    python benchmarks/extraction.py [--rounds 5] [--write]

`--write` puts the tables into docs/extraction.md.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import logging
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# First, and not this folder: a benchmark of `extraction` is not `extraction`.
sys.path[0] = str(ROOT)

CORPUS = ROOT / "tests" / "corpus" / "documents"
PAGE = ROOT / "docs" / "extraction.md"
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"
WARM = 12
"""Generated documents that are read before the first measurement."""
WARM_BY = {"pdf": "rotatedpdf-*.pdf"}
"""What is read instead in formats that nothing here can generate."""

Reader = Callable[[bytes], object]


def record(data: bytes) -> object:
    from extraction import extract

    return extract(data).to_json()


def lxml_parse(data: bytes) -> object:
    import lxml.html

    # The page as UTF-8: a mislabelled page would be a shorter parse of rubbish.
    return lxml.html.document_fromstring(data, parser=lxml.html.HTMLParser(encoding="utf-8"))


def trafilatura(data: bytes) -> object:
    module = import_module("trafilatura")
    return module.extract(data, output_format="json", with_metadata=True, include_tables=True)


def pandas_html(data: bytes) -> object:
    with contextlib.suppress(ValueError):  # no table on the page
        return import_module("pandas").read_html(io.BytesIO(data), flavor="lxml")
    return None


def page_text(data: bytes) -> object:
    document = import_module("pypdfium2").PdfDocument(data)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def pdfplumber(data: bytes) -> object:
    with import_module("pdfplumber").open(io.BytesIO(data)) as pdf:
        return [page.extract_tables() for page in pdf.pages]


def python_docx(data: bytes) -> object:
    document = import_module("docx").Document(io.BytesIO(data))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    return paragraphs, [[c.text for c in row.cells] for table in document.tables for row in table.rows]


PEERS: dict[str, tuple[tuple[str, str, Reader], ...]] = {
    "html": (("lxml.html parse", "lxml", lxml_parse), ("trafilatura", "trafilatura", trafilatura), ("pandas.read_html", "pandas", pandas_html)),
    "pdf": (("pypdfium2 page text", "pypdfium2", page_text), ("pdfplumber", "pdfplumber", pdfplumber)),
    "docx": (("python-docx", "docx", python_docx),),
}  # fmt: skip
AIMS = {
    "lxml.html parse": "at most 3 times it",
    "trafilatura": "15 times faster",
    "pypdfium2 page text": "at most 3 times it",
    "pdfplumber": "10 times faster",
    "python-docx": "5 times faster",
}


def groups() -> dict[str, list[Path]]:
    """The documents by what their reading takes."""
    from extraction import extract
    from extraction.readers import html_body

    called: list[int] = []
    page_blocks = html_body.page_blocks

    def noted(*args: Any) -> Any:
        called.append(1)
        return page_blocks(*args)

    html_body.page_blocks = noted
    found: dict[str, list[Path]] = {}
    for path in sorted(CORPUS.glob("html-*.html")):
        called.clear()
        told = extract(path.read_bytes()).to_json()
        if called:
            name = "HTML, body not named by the page"
        elif "#DETAIL.content" in told:
            name = "HTML, article inside a script"
        else:
            exported = path.stem.endswith(("-word", "-wps"))
            name = "HTML, exported by Word" if exported else "HTML, plain markup"
        found.setdefault(name, []).append(path)
    html_body.page_blocks = page_blocks
    found["PDF with text"] = sorted([*CORPUS.glob("pdf-*.pdf"), *CORPUS.glob("officepdf-*.pdf")])
    found["DOCX"] = sorted([*CORPUS.glob("docx-*.docx"), *CORPUS.glob("officedocx-*.docx")])
    return found


def form_of(path: Path) -> str:
    return path.suffix[1:]


def utf8(data: bytes) -> bytes:
    """A page in UTF-8, without a word on its charset that could contradict it."""
    from extraction.charset import decode

    return decode(data)[0].encode("utf-8", "replace")


def once(paths: list[Path]) -> dict[str, dict[str, float]]:
    """One pass: reader -> document -> CPU seconds."""
    from tests.corpus.generate import FORMATS, document

    logging.disable(logging.CRITICAL)
    form = form_of(paths[0])
    readers = [
        ("gongkai", record),
        *((name, read) for name, module, read in PEERS[form] if find_spec(module)),
    ]
    if form in FORMATS:
        known = [document(4, number, form)[0].data for number in range(WARM)]
    else:
        known = [path.read_bytes() for path in sorted(CORPUS.glob(WARM_BY[form]))]
    for number, data in enumerate(known):
        for _, reader in readers if number < 2 else readers[:1]:
            reader(utf8(data) if form == "html" else data)
    spent: dict[str, dict[str, float]] = {}
    order = random.Random(7)
    for path in paths:
        data = path.read_bytes()
        plain = utf8(data) if form == "html" else data
        for name, reader in order.sample(readers, k=len(readers)):
            given = data if reader is record else plain
            gc.collect()
            begin = time.process_time()
            reader(given)
            spent.setdefault(name, {})[path.name] = time.process_time() - begin
    return spent


def in_process(paths: list[Path], rounds: int) -> dict[str, dict[str, float]]:
    """The best of several processes, each on one core."""
    best: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        told = subprocess.run(
            [sys.executable, __file__, "--once", *map(str, paths)], capture_output=True, text=True, check=True
        )
        for name, times in json.loads(told.stdout.splitlines()[-1]).items():
            for document, seconds in times.items():
                kept = best.setdefault(name, {})
                kept[document] = min(seconds, kept.get(document, seconds))
    return best


def speed_table(rounds: int) -> Iterator[str]:
    yield "| documents | size, kB | reader | CPU, ms each | record takes | aim |"
    yield "|---|--:|---|--:|--:|---|"
    for group, paths in groups().items():
        best = in_process(paths, rounds)
        ours = best["gongkai"]
        size = statistics.median(path.stat().st_size for path in paths) / 1000
        for name in ("gongkai", *(name for name, _, _ in PEERS[form_of(paths[0])])):
            if name not in best:
                print(f"{name} is not installed (pip install 'gongkai[bench]'): left out", file=sys.stderr)
                continue
            ratio = sum(ours.values()) / sum(best[name].values())
            times = (
                "" if name == "gongkai" else f"{ratio:.1f} times it" if ratio > 1 else f"1/{1 / ratio:.0f}"
            )
            head = f"{group} ({len(paths)}) | {size:.0f}" if name == "gongkai" else "|"
            mean = 1000 * statistics.mean(best[name].values())
            yield f"| {head} | {name} | {mean:.1f} | {times} | {AIMS.get(name, '')} |"


# -- memory ------------------------------------------------------------------------------------------------


def long_page() -> bytes:
    """A page of 5 MB: a report, and prose and tables without end."""
    page = (CORPUS / "html-47-word.html").read_bytes().decode("utf-8", "replace")
    at = page.index("<table")
    rows = "".join(f"<tr><td>项目{n}</td><td>{n}</td><td>{n % 7}</td><td></td></tr>" for n in range(20_000))
    prose = "<p class=MsoNormal><span>本机关认真贯彻落实政府信息公开条例的各项要求。</span></p>" * 40_000
    return (page[:at] + f"<table>{rows}</table>" + prose + page[at:]).encode()[: 5 << 20]


def long_pdf() -> bytes:
    """A report printed over and over, a thousand pages in all."""
    pdfium = import_module("pypdfium2")
    source = pdfium.PdfDocument(CORPUS / "officepdf-02-narrow.pdf")
    target = pdfium.PdfDocument.new()
    while len(target) < 1000:
        target.import_pages(source, range(min(len(source), 1000 - len(target))))
    out = io.BytesIO()
    target.save(out)
    return out.getvalue()


def peak() -> float:
    """Peak resident memory of this process, in MB."""
    try:
        # Not `ru_maxrss`, which a process inherits from the one that started it.
        told = Path("/proc/self/status").read_text()
        return int(told.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            1 << 20 if sys.platform == "darwin" else 1024
        )


def memory_of(data: bytes) -> dict[str, Any]:
    """Peak resident memory of this process before and after one record, in MB."""
    record(b"<p>\xe5\xb9\xb4\xe6\x8a\xa5</p>")
    before = peak()
    begin = time.process_time()
    told = json.loads(str(record(data)))
    seconds = time.process_time() - begin
    after = peak()
    return {
        "before": before,
        "after": after,
        "seconds": seconds,
        "kind": told["kind"],
        "issues": [issue["code"] for issue in told["issues"]],
    }


def memory_table() -> Iterator[str]:
    cases = {path.name: path.read_bytes() for path in _largest()}
    cases |= {"an HTML page of 5 MB": long_page(), "a PDF of 1,000 pages": long_pdf()}
    yield "| document | size, kB | record | CPU, s | memory before, MB | at the peak, MB |"
    yield "|---|--:|---|--:|--:|--:|"
    for name, data in cases.items():
        told = subprocess.run(
            [sys.executable, __file__, "--memory"], input=data, capture_output=True, check=True
        )
        found = json.loads(told.stdout)
        kind = found["kind"] + (f" ({found['issues'][0]})" if found["kind"] == "unreadable" else "")
        yield f"| {name} | {len(data) / 1000:.0f} | {kind} | {found['seconds']:.2f} | {found['before']:.0f} | {found['after']:.0f} |"


def _largest() -> list[Path]:
    """The largest document of each format that has a reader."""
    best: dict[str, Path] = {}
    for path in CORPUS.iterdir():
        if path.suffix in {".html", ".pdf", ".docx", ".doc", ".rtf", ".xlsx", ".ofd"}:
            old = best.get(path.suffix)
            if old is None or (path.stat().st_size, path.name) > (old.stat().st_size, old.name):
                best[path.suffix] = path
    return [best[suffix] for suffix in sorted(best)]


def start_up() -> Iterator[str]:
    """Wall time of a process that reads one document."""
    code = "import sys; from extraction import extract; extract(open(sys.argv[1], 'rb').read()).to_json()"
    document = str(CORPUS / "html-47-word.html")
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code, document], check=True, cwd=ROOT)
        times.append(time.perf_counter() - begin)
    yield ""
    yield f"A process that starts, reads one page and ends: {min(times):.2f} s."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="into docs/extraction.md")
    parser.add_argument("--once", nargs="+", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if given.once:
        print(json.dumps(once(given.once)))
        return 0
    if given.memory:
        print(json.dumps(memory_of(sys.stdin.buffer.read())))
        return 0
    lines: list[str] = []
    for line in chain(speed_table(given.rounds), [""], memory_table(), start_up()):
        print(line, flush=True)
        lines.append(line)
    if given.write:
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        after = rest.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{chr(10).join(lines)}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
