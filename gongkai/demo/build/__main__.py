"""``python -m gongkai.demo.build [--pdf]``: writes the reports of the demo sites into ``content/reports``."""

import argparse
import sys
from pathlib import Path

from gongkai.demo.build import web, word
from gongkai.demo.build.report import load_report

_DEMO = Path(__file__).resolve().parent.parent
SOURCES = _DEMO / "sources"
REPORTS = _DEMO / "content" / "reports"


def build() -> dict[str, bytes]:
    """Every reproducible file of ``content/reports``, by name."""
    reports = {
        name: load_report(SOURCES, name)
        for name in ("2020-xinhuilu", "2019-duandian", "2024-huayuan", "2020-datan", "2021-zhenxing")
    }
    return {
        "xinhuilu-2020.html": web.word_fragment(reports["2020-xinhuilu"]).encode(),
        "huayuan-2024.html": web.editor_fragment(reports["2024-huayuan"]).encode(),
        "duandian-2019.html": web.word_fragment(reports["2019-duandian"]).encode(),
        "duandian-2019.docx": word.document(reports["2019-duandian"]),
        "datan-2020.docx": word.document(reports["2020-datan"]),
    }


def main() -> None:
    """Writes the files; the PDF, which needs Chromium and fonts, only with ``--pdf``."""
    parser = argparse.ArgumentParser(prog="python -m gongkai.demo.build", description=__doc__)
    parser.add_argument(
        "--pdf", action="store_true", help="print the PDF too (needs chromium and Noto CJK fonts)"
    )
    arguments = parser.parse_args()
    REPORTS.mkdir(parents=True, exist_ok=True)
    for name, data in build().items():
        (REPORTS / name).write_bytes(data)
        sys.stdout.write(f"{name}: {len(data)} bytes\n")
    if arguments.pdf:
        from gongkai.demo.build import printed  # needs fonttools, which nothing else here does

        target = REPORTS / "zhenxing-2021.pdf"
        printed.print_report(load_report(SOURCES, "2021-zhenxing"), target)
        sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
