"""What is reached, as `expectations.yaml` and as the table in docs/extraction.md.

`python -m tests.corpus.expect --raise` lifts the committed numbers where more is right now and takes mended documents
off `open`; it never lowers a number and never adds to `open`: that is done by hand, with a reason.
The documentation's table is rewritten between its two marks in any case.
"""

# ruff: noqa: E501 - the head of a table

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from tests.corpus.judge import COMMITTED, Verdict, documents, faults, judge_safely, summary

EXPECTATIONS = COMMITTED.parent / "expectations.yaml"
PAGE = Path(__file__).parents[2] / "docs" / "extraction.md"
BEGIN, END = "<!-- corpus: begin -->", "<!-- corpus: end -->"
KEYS = (
    "kind_right",
    "right",
    "title_right",
    "agency_right",
    "year_right",
    "edition_right",
    "mention_right",
    "section_right",
)


def raised(before: dict[str, dict[str, int]], reached: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    """The larger of what stood there and what is reached."""
    return {
        name: {key: max(before.get(name, {}).get(key, 0), row[key]) for key in KEYS}
        for name, row in sorted(reached.items())
    }


def page_table(verdicts: list[Verdict]) -> str:
    """The table of docs/extraction.md."""
    lines = [
        "| format | documents | kind right | cells | right | flagged | silently wrong | title | agency | year | edition | sections | mentions | flagged or missed | silently wrong |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    rows = summary(verdicts)
    total: Counter[str] = Counter()
    for row in rows.values():
        total.update(row)
    for name, row in [*sorted(rows.items()), ("**all**", total)]:
        cells = row["right"] + row["flagged"] + row["SILENT"]
        share = f"{row['right']} ({100 * row['right'] / cells:.1f} %)" if cells else "–"
        judged = {
            key: sum(row[f"{key}_{word}"] for word in ("right", "flagged", "WRONG"))
            for key in ("title", "agency", "year", "edition")
        }
        parts = [f"{row[f'{key}_right']}/{judged[key]}" if judged[key] else "–" for key in judged]
        figures = [row["documents"], row["kind_right"], cells or "–", share, row["flagged"], row["SILENT"]]
        headed = row["section_right"] + row["section_missed"] + row["section_wrong"]
        stated = sum(row[f"mention_{word}"] for word in ("right", "flagged", "missed"))
        parts.append(f"{row['section_right']}/{headed}" if headed else "–")
        parts.append(f"{row['mention_right']}/{stated}" if stated else "–")
        parts += [str(row["mention_flagged"] + row["mention_missed"]), str(row["mention_SILENT"])]
        lines.append("| " + " | ".join([name, *map(str, figures), *parts]) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Expectations and the documentation's table from the committed corpus."
    )
    parser.add_argument("--raise", dest="lift", action="store_true")
    args = parser.parse_args()
    verdicts = [judge_safely(path, truth) for path, truth in documents(COMMITTED)]
    given: dict[str, Any] = (
        yaml.safe_load(EXPECTATIONS.read_text(encoding="utf-8")) if EXPECTATIONS.exists() else {}
    )
    if args.lift:
        given["formats"] = raised(given.get("formats") or {}, summary(verdicts))
        wrong = {verdict.name for verdict in verdicts if faults(verdict)}
        given["open"] = {name: why for name, why in (given.get("open") or {}).items() if name in wrong}
        head = "# What is reached on the committed corpus, per format: right cells, kinds and identities. Never lowered.\n"
        EXPECTATIONS.write_text(
            head + yaml.safe_dump(given, allow_unicode=True, sort_keys=True), encoding="utf-8"
        )
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{page_table(verdicts)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
