"""`croissant.json`: the Parquet files and their columns as Croissant 1.0, for machine learning tools."""

from __future__ import annotations

from typing import Any

from dataset.metadata.about import Facts, about
from dataset.schema import TableSchema

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

TYPES = {
    "string": "sc:Text",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "double": "sc:Float",
    "bool": "sc:Boolean",
    "timestamp": "sc:DateTime",
    "date": "sc:Date",
}
"""Types of `schema.yaml` in schema.org."""


def croissant(facts: Facts, tables: list[TableSchema]) -> dict[str, Any]:
    """Return the description. A table that is divided by year has one record set a year."""
    said = about()
    distribution: list[dict[str, Any]] = []
    record_sets: list[dict[str, Any]] = []
    for table in tables:
        for file in facts.of(table.name, "parquet"):
            name = file.path.rpartition("/")[2].removesuffix(".parquet")
            distribution.append(
                {
                    "@type": "cr:FileObject",
                    "@id": f"{name}.parquet",
                    "name": f"{name}.parquet",
                    "contentUrl": file.path,
                    "contentSize": f"{file.size} B",
                    "encodingFormat": "application/x-parquet",
                    "sha256": file.sha256,
                }
            )
            record_sets.append(_record_set(table, name))
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": said.name,
        "alternateName": said.title["zh"],
        "description": said.description["en"],
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "license": said.licence["url"],
        "url": said.homepage or f"https://example.org/{said.name}",
        "version": _semantic(facts.version),
        "datePublished": facts.created,
        "inLanguage": list(said.languages),
        "keywords": list(said.keywords),
        "creator": {"@type": "sc:Organization", "name": said.publisher},
        "citeAs": f"{said.publisher}: {said.title['en']}, release {facts.version}",
        "isLiveDataset": True,
        "distribution": distribution,
        "recordSet": record_sets,
    }


def _record_set(table: TableSchema, name: str) -> dict[str, Any]:
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{name}/{column.name}",
            "name": f"{name}/{column.name}",
            "description": f"{column.en} / {column.zh}",
            "dataType": TYPES[column.type],
            "source": {
                "fileObject": {"@id": f"{name}.parquet"},
                "extract": {"column": column.name},
            },
        }
        for column in table.columns
        if not (table.by_year and column.name == "year")
    ]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{table.en} / {table.zh}",
        "field": fields,
    }


def _semantic(version: str) -> str:
    """Return a version as Croissant wants it: ``2026-11-22.1`` as ``2026.1122.1``."""
    day, _, counter = version.partition(".")
    year, month, rest = day.split("-")
    return f"{year}.{int(month + rest)}.{counter or 0}"
