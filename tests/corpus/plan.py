"""The committed corpus: which documents it holds, and `python -m tests.corpus.plan` to make those that are missing.

Each entry has a name, a format, what the report is like and how it is rendered; its seed is its name, so that an entry can be
made again alone. Documents that need LibreOffice or Chromium are made once and committed; `--again NAME` makes one anew.
"""

# ruff: noqa: E501 - tables of entries

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.corpus import figures, generate, negatives
from tests.corpus.judge import COMMITTED
from tests.corpus.renderers import Rendered, docx, html, ofd, pages, rtf, tables, text, tools, xlsx, zipped
from tests.corpus.reports import Options, make

Renderer = Callable[..., Rendered]
STYLES = [
    "plain", "wide_space", "blank_leaves", "plain", "thousands", "slash", "unit", "mixed_zero", "plain", "note", "blank_zero",
    "full_width", "signed", "plain", "nbsp_blank", "split_digits", "dash", "trailing_space", "none", "decimals", "hyphen",
    "word_change", "bookmark",
]  # fmt: skip
PROFILES = ["sparse", "medium", "zero", "large", "sparse"]
DEVIATIONS = [
    (), ("separate",), ("total_outside",), ("page_cut",), ("quotes", "half_brackets"), ("decoy_table",), ("own_error",), ("extra_row",),
    ("broken_lines", "inner_spaces"), ("page_cut_label",), ("group_totals",), ("blank_columns",), ("no_title",), ("year_in_head",),
    ("page_cut_head",), ("glosses",), ("rows_swapped",), ("no_headings",), ("captions_outside",), ("enumerator_none",),
    ("no_review_table",), ("blank_totals",), ("mixed_editions",), ("narrative_lies",), ("service_subrows",), ("previous_year_table",),
    ("head_empty", "total_hj"), ("no_requests_table",), ("tables_at_end",), ("carried_variant", "caption_space"), ("enumerator_wide",),
    ("no_other_section", "enumerator_space"), ("own_error", "page_cut"), ("head_repeated_inside",), ("review_split",), ("label_typo",),
    ("unknown_row",), ("all_twice",),
]  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One document of the committed corpus."""

    name: str
    format: str
    renderer: Renderer | None
    options: Options = field(default_factory=Options)
    how: dict[str, Any] = field(default_factory=dict)


def _options(number: int, edition: str | None = None) -> Options:
    edition = edition or ("2019" if number % 5 in {0, 2} else "2021")
    return Options(
        edition=edition,
        profile=PROFILES[number % len(PROFILES)],
        style=STYLES[number % len(STYLES)],
        deviations=set(DEVIATIONS[number % len(DEVIATIONS)]),
    )


# What stands in the file and not in print; kept apart so that the places of the other entries stay.
TRAPS = {
    "hidden_spans",
    "struck",
    "vanish",
    "deleted_row",
    "textbox",
    "formulas",
    "hidden_sheet",
    "hidden_column",
}
STYLE_NAMES = [name for name in dict.fromkeys(tables.STYLES) if name not in TRAPS]
DOCX_NAMES = [name for name in docx.FEATURES if name not in TRAPS]
XLSX_NAMES = [name for name in xlsx.FEATURES if name not in TRAPS]
# Deviations and habits of print that one document each is given to, in HTML, text, DOCX and XLSX by turns.
SINGLE = [
    "page_cut_below", "captions_left", "merged_zero", "toc", "year_conflict", "attachment_mark", "second_requests_table",
    "fee_head_yuan", "fee_cell_yuan", "fee_cell_wan", "wrapped_digits", "footnote", "zero_width", "vague",
]  # fmt: skip
# prefix, format, renderer, the rendering's option and its values: one entry for each value
GROUPS: list[tuple[str, str, Renderer, str, list[str | None]]] = [
    ("html", "html", html.render, "style", [*STYLE_NAMES]),
    ("html", "html", html.render, "template", [*pages.TEMPLATES]),
    ("html", "html", html.render, "charset", [*dict.fromkeys(html.CHARSETS)]),
    ("html", "html", html.render, "style", [STYLE_NAMES[number * 5 % len(STYLE_NAMES)] for number in range(22)]),
    ("text", "text", text.render, "style", [*text.STYLES, *text.STYLES, "tsv", "pipe", "markdown", "docx_text"]),
    ("docx", "docx", docx.render, "feature", [*DOCX_NAMES, "plain", "runs", "plain", "tracked"]),
    ("xlsx", "xlsx", xlsx.render, "feature", [*XLSX_NAMES]),
    ("rtf", "rtf", rtf.render, "feature", [*rtf.FEATURES, "unicode"]),
    ("ofd", "ofd", ofd.render, "feature", [*ofd.FEATURES, "delta", "runs"]),
    ("zip", "zip", zipped.render, "feature", [*zipped.FEATURES]),
    ("stat", "html", html.render, "style", ["spans", "tbody", "word"]),
    ("stat", "docx", docx.render, "feature", ["plain"]),
    ("stat", "xlsx", xlsx.render, "feature", ["one_sheet"]),
    ("stat", "text", text.render, "style", ["tsv", "pipe"]),
    ("doc", "doc", tools.doc, "feature", ["plain", "runs", "tracked", "plain", "sdt", "plain"]),
    ("officertf", "rtf", tools.office_rtf, "", [None]),
    ("officedocx", "docx", tools.office_docx, "", [None]),
    ("odt", "odt", tools.odt, "", [None]),
    ("xls", "xls", tools.xls, "", [None, None]),
    ("pdf", "pdf", tools.pdf, "feature", ["ruled", "landscape", "small", "unruled", "ruled", "small", "furniture"]),
    ("officepdf", "pdf", tools.office_pdf, "feature", ["plain", "numbered", "narrow", "plain"]),
    ("rotatedpdf", "pdf", tools.rotated_pdf, "", [None, None]),
    ("picture", "picture", tools.picture, "", [None, None]),
    ("scan", "scan", tools.scan, "", [None]),
    ("trap", "html", html.render, "style", ["hidden_spans", "struck"]),
    ("trap", "docx", docx.render, "feature", ["vanish", "deleted_row", "textbox"]),
    ("trap", "xlsx", xlsx.render, "feature", ["formulas", "hidden_sheet", "hidden_column"]),
    ("worn", "scan", tools.worn, "feature", ["askew", "stamp", "low_dpi", "turned90", "bilevel", "blurred"]),
    ("photo", "picture", tools.worn, "feature", ["long_picture", "tiff"]),
]  # fmt: skip


def entries() -> list[Entry]:
    """All entries; the report of each follows from its place, its seed from its name."""
    out: list[Entry] = []
    counts: dict[str, int] = {}
    for prefix, form, renderer, option, values in GROUPS:
        for value in values:
            number = counts[prefix] = counts.get(prefix, -1) + 1
            name = f"{prefix}-{number:02d}" + (f"-{value}" if value else "")
            edition = "2014" if prefix == "stat" else None
            out.append(
                Entry(name, form, renderer, _options(len(out), edition), {option: value} if value else {})
            )
    for number, name in enumerate(SINGLE):
        form = ("html", "text", "docx", "xlsx")[number % 4]
        style = name if name in figures.STYLES else "plain"
        options = Options("2021", "medium", style, {name})
        out.append(Entry(f"single-{name}", form, generate.FORMATS[form][0], options))
    negative = [*negatives.KINDS, *negatives.RAW]
    out += [Entry(f"negative-{kind}", "negative", None, how={"kind": kind}) for kind in negative]
    special = ("attachment_only", "compilation")
    return out + [Entry(f"special-{kind}", "special", None, how={"kind": kind}) for kind in special]


def produce(entry: Entry) -> tuple[Rendered, dict[str, Any]]:
    """One entry's document and truth."""
    rng = random.Random(entry.name)
    if entry.format == "negative":
        return negatives.render(rng, entry.how["kind"])
    if entry.format == "special":
        return generate.special(rng, entry.how["kind"])
    assert entry.renderer is not None
    report = make(rng, entry.options)
    rendered = entry.renderer(report, rng, **entry.how)
    return rendered, generate.with_rendering(report.truth(), entry.format, rendered)


def tell_text(entry: Entry) -> None:
    """Bring what the text states, and its sections, into the truth of a document that is there already."""
    path = COMMITTED / f"{entry.name}.truth.json"
    if entry.renderer is None or not path.exists():
        return
    told = make(random.Random(entry.name), entry.options).truth()
    truth = json.loads(path.read_text(encoding="utf-8"))
    same = json.loads(json.dumps(told["cells"]))
    if same != truth["cells"]:
        print(f"{entry.name}: the figures are not those of the plan any more")
        return
    truth |= {key: told[key] for key in ("sections", "mentions", "mentions_other_years")}
    path.write_text(generate.dump_truth(truth), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the committed corpus.")
    parser.add_argument("--again", default=None, help="make entries anew whose name starts so")
    parser.add_argument("--text", action="store_true", help="only bring the text's figures into the truths")
    args = parser.parse_args()
    if args.text:
        for entry in entries():
            tell_text(entry)
        return
    COMMITTED.mkdir(exist_ok=True)
    known = {entry.name for entry in entries()}
    for path in COMMITTED.iterdir():
        if path.name.split(".")[0] not in known and not path.name.startswith("sample-"):
            path.unlink()
    for entry in entries():
        there = (COMMITTED / f"{entry.name}.truth.json").exists()
        if there and not (args.again is not None and entry.name.startswith(args.again)):
            continue
        for old in COMMITTED.glob(f"{entry.name}.*"):
            old.unlink()
        rendered, truth = produce(entry)
        print(generate.write(COMMITTED, entry.name, rendered, truth).name, flush=True)


if __name__ == "__main__":
    main()
