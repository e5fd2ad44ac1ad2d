"""`dcat.jsonld`: the release as a DCAT-AP dataset, for catalogues."""

from __future__ import annotations

from typing import Any

from dataset.metadata.about import Facts, about

_MEDIA = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".sqlite": "application/vnd.sqlite3",
    ".duckdb": "application/octet-stream",
}
_LANGUAGES = {"zh": "ZHO", "en": "ENG"}
_AUTHORITY = "http://publications.europa.eu/resource/authority"


def dcat(facts: Facts) -> dict[str, Any]:
    """Return the description; addresses are relative to the release where it has no home."""
    said = about()
    base = f"{said.homepage.rstrip('/')}/{facts.version}/" if said.homepage else ""
    dataset: dict[str, Any] = {
        "@id": base or "./",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{said.name}-{facts.version}",
        "dct:title": [_in(language, said.title[language]) for language in ("zh", "en")],
        "dct:description": [_in(language, said.description[language]) for language in ("zh", "en")],
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": said.publisher},
        "dct:issued": {"@type": "xsd:dateTime", "@value": facts.created},
        "dct:language": [{"@id": f"{_AUTHORITY}/language/{_LANGUAGES[code]}"} for code in said.languages],
        "dct:license": {"@id": said.licence["url"]},
        "dct:accrualPeriodicity": {"@id": f"{_AUTHORITY}/frequency/IRREG"},
        "dct:spatial": {"@id": f"{_AUTHORITY}/country/CHN"},
        "dcat:theme": {"@id": f"{_AUTHORITY}/data-theme/GOVE"},
        "dcat:keyword": list(said.keywords),
        "dcat:version": facts.version,
        "dcat:distribution": [
            {
                "@id": base + file.path,
                "@type": "dcat:Distribution",
                "dct:title": file.path,
                "dcat:accessURL": {"@id": base + file.path},
                "dcat:downloadURL": {"@id": base + file.path},
                "dcat:mediaType": {
                    "@id": "https://www.iana.org/assignments/media-types/"
                    + _MEDIA[file.path[file.path.rindex(".") :]]
                },
                "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)},
                "dct:license": {"@id": said.licence["url"]},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
                },
            }
            for file in facts.files
        ],
    }
    if facts.years is not None:
        first, last = facts.years
        dataset["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:date", "@value": f"{first}-01-01"},
            "dcat:endDate": {"@type": "xsd:date", "@value": f"{last}-12-31"},
        }
    if said.contact:
        dataset["dcat:contactPoint"] = {"@type": "vcard:Kind", "vcard:hasEmail": {"@id": said.contact}}
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        **dataset,
    }


def _in(language: str, text: str) -> dict[str, str]:
    return {"@language": language, "@value": text}
