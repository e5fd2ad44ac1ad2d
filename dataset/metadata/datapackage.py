"""`datapackage.json`: the CSV files and their columns, for frictionless, R and Stata users."""

from __future__ import annotations

from typing import Any

from dataset.metadata.about import Facts, about
from dataset.schema import TableSchema

TYPES = {
    "string": "string",
    "int32": "integer",
    "int64": "integer",
    "double": "number",
    "bool": "boolean",
    "timestamp": "datetime",
    "date": "date",
}
"""Types of `schema.yaml` in Table Schema."""


def datapackage(facts: Facts, tables: list[TableSchema]) -> dict[str, Any]:
    """Return the descriptor."""
    said = about()
    return {
        "profile": "tabular-data-package",
        "name": said.name,
        "id": f"{said.name}-{facts.version}",
        "version": facts.version,
        "title": f"{said.title['zh']} / {said.title['en']}",
        "description": f"{said.description['zh']}\n\n{said.description['en']}",
        "created": facts.created,
        "keywords": list(said.keywords),
        **({"homepage": said.homepage} if said.homepage else {}),
        "licenses": [
            {"name": said.licence["id"], "title": said.licence["title"], "path": said.licence["url"]}
        ],
        "contributors": [{"title": said.publisher, "role": "publisher"}],
        "resources": [resource for table in tables if (resource := _resource(facts, table)) is not None],
    }


def _resource(facts: Facts, table: TableSchema) -> dict[str, Any] | None:
    files = facts.of(table.name, "csv")
    if not files:
        return None
    divided: dict[str, Any] = (
        {"path": files[0].path, "bytes": files[0].size, "hash": f"sha256:{files[0].sha256}"}
        if not table.by_year
        else {"path": files[0].path, "extrapaths": [file.path for file in files[1:]], "compression": "gz"}
    )
    return {
        "name": table.name,
        "title": f"{table.zh} / {table.en}",
        "profile": "tabular-data-resource",
        "type": "table",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **divided,
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": TYPES[column.type],
                    "title": column.zh,
                    "description": column.en,
                    **({"format": "%Y-%m-%dT%H:%M:%SZ"} if column.type == "timestamp" else {}),
                }
                for column in table.columns
            ],
            **({"primaryKey": list(table.key)} if table.key else {}),
            "missingValues": [""],
        },
    }
