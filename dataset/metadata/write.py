"""All metadata files of a release into its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dataset.metadata import codebook
from dataset.metadata.about import Facts
from dataset.metadata.card import citation, index_page, licence_text, readme, release_notes
from dataset.metadata.croissant import croissant
from dataset.metadata.datapackage import datapackage
from dataset.metadata.dcat import dcat
from dataset.metadata.prov import prov
from dataset.schema import tables


def write_metadata(folder: Path, facts: Facts) -> None:
    """Write them, from the facts alone."""
    all_tables = list(tables().values())
    cells = codebook.entries()
    texts = {
        "README.md": readme(facts, all_tables),
        "RELEASE_NOTES.md": release_notes(facts),
        "CITATION.cff": citation(facts),
        "LICENSE.txt": licence_text(),
        "index.html": index_page(facts),
        "codebook.csv": codebook.as_csv(cells),
        "codebook.md": codebook.as_markdown(all_tables, cells),
        "datapackage.json": _json(datapackage(facts, all_tables)),
        "croissant.json": _json(croissant(facts, all_tables)),
        "dcat.jsonld": _json(dcat(facts)),
        "prov.json": _json(prov(facts)),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
