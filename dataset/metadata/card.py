"""What people read first: the dataset card, release notes, citation, licence, and a page for browsers."""

from __future__ import annotations

import html
import json
from pathlib import Path

from dataset.metadata.about import Facts, about
from dataset.schema import TableSchema

TEMPLATE = Path(__file__).resolve().parent / "card.template.md"
PAGE = Path(__file__).resolve().parent / "index.template.html"


def readme(facts: Facts, tables: list[TableSchema]) -> str:
    """Return `README.md`, with the front matter that dataset hubs read."""
    said = about()
    configs = [
        f"- {{config_name: {table.name}, data_files: {json.dumps(_glob(table))}"
        + (", default: true}" if table.name == "figures" else "}")
        for table in tables
        if facts.of(table.name, "parquet")
    ]
    rows = [
        f"| `{table.name}` | {facts.rows.get(table.name, 0):,} | {table.zh} | {table.en} |"
        for table in tables
    ]
    return TEMPLATE.read_text(encoding="utf-8").format(
        **facts.counts,
        version=facts.version,
        version_json=json.dumps(facts.version),
        created=facts.created,
        span="" if facts.years is None else f"{facts.years[0]}–{facts.years[1]}",
        band_json=json.dumps(_band(facts.counts["reports"])),
        title_zh=said.title["zh"],
        title_en=said.title["en"],
        title_en_json=json.dumps(said.title["en"]),
        description_zh=said.description["zh"].strip(),
        description_en=" ".join(said.description["en"].split()),
        note_zh=said.note["zh"].strip(),
        note_en=" ".join(said.note["en"].split()),
        keywords_json=json.dumps(list(said.keywords), ensure_ascii=False),
        languages=", ".join(said.languages),
        licence_lower=said.licence["id"].lower(),
        configs="\n".join(configs),
        tables="\n".join(rows),
    )


def _band(size: int) -> str:
    bands = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    return next((name for bound, name in bands if size < bound), "1M<n<10M")


def _glob(table: TableSchema) -> str:
    return f"parquet/{table.name}/*/*.parquet" if table.by_year else f"parquet/{table.name}.parquet"


def release_notes(facts: Facts) -> str:
    """Return `RELEASE_NOTES.md`."""
    lines = [f"# Release {facts.version}", "", f"Made {facts.created} by extractor `{facts.extractor}`.", ""]
    lines += ["| what | count |", "|---|--:|"]
    lines += [f"| {name.replace('_', ' ')} | {number:,} |" for name, number in facts.counts.items()]
    lines += ["", f"## Since {facts.previous}" if facts.previous else "## The first release", ""]
    if facts.changes:
        lines += [
            "Causes: `source` (other bytes), `reader` (another extractor), `both`, `other_document`",
            "(taken from another document of the report now). Cell by cell: the table `changes`.",
            "",
            "| change | count |",
            "|---|--:|",
            *(
                f"| {name.replace('/', ': ').replace('_', ' ')} | {n:,} |"
                for name, n in facts.changes.items()
            ),
        ]
    elif facts.previous:
        lines.append("No figure and no report changed.")
    lines += ["", "## Gates", "", *(f"- {line}" for line in facts.gates)]
    lines += ["", "## Extractors", "", "| extractor | reports |", "|---|--:|"]
    lines += [f"| `{name}` | {number:,} |" for name, number in facts.extractors.items()]
    return "\n".join(lines) + "\n"


def citation(facts: Facts) -> str:
    """Return `CITATION.cff`."""
    said = about()
    lines = [
        "cff-version: 1.2.0",
        "message: Please cite this dataset with the version of the release.",
        "type: dataset",
        f"title: {json.dumps(said.title['en'], ensure_ascii=False)}",
        "authors:",
        f"  - name: {json.dumps(said.publisher, ensure_ascii=False)}",
        f"version: {json.dumps(facts.version)}",
        f"date-released: {facts.created[:10]}",
        f"license: {said.licence['id']}",
        f"keywords: {json.dumps(list(said.keywords), ensure_ascii=False)}",
        f"abstract: {json.dumps(' '.join(said.description['en'].split()), ensure_ascii=False)}",
    ]
    if said.homepage:
        lines.append(f"url: {json.dumps(said.homepage)}")
    return "\n".join(lines) + "\n"


def licence_text() -> str:
    """Return `LICENSE.txt`."""
    said = about()
    return (
        f"{said.licence['title']} ({said.licence['id']})\n{said.licence['url']}\n\n"
        f"{said.note['zh']}\n\n{' '.join(said.note['en'].split())}\n"
    )


def index_page(facts: Facts) -> str:
    """Return `index.html`, for a release that is served as static files. No scripts, no text of others."""
    said = about()
    rows = "\n".join(
        f'<tr><td><a href="{html.escape(file.path)}">{html.escape(file.path)}</a></td>'
        f"<td>{file.size:,}</td><td><code>{file.sha256}</code></td></tr>"
        for file in facts.files
    )
    papers = " · ".join(
        f'<a href="{name}">{name}</a>'
        for name in (
            "README.md",
            "RELEASE_NOTES.md",
            "codebook.md",
            "manifest.json",
            "datapackage.json",
            "gongkai.duckdb",
        )
    )
    return PAGE.read_text(encoding="utf-8").format(
        version=html.escape(facts.version),
        title_zh=html.escape(said.title["zh"]),
        title_en=html.escape(said.title["en"]),
        papers=papers,
        rows=rows,
    )
