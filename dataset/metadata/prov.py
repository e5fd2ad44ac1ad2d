"""`prov.json`: how the release came about. The chain of one figure is what `gongkai trace` prints."""

from __future__ import annotations

from typing import Any

from dataset.metadata.about import Facts, about


def prov(facts: Facts) -> dict[str, Any]:
    """Return the lineage: captures -> bodies -> records -> release, and the software that did it."""
    said = about()
    release = f"gk:release/{facts.version}"
    software = {
        f"gk:extractor/{name}": {"prov:type": "prov:SoftwareAgent", "gk:reports": number}
        for name, number in facts.extractors.items()
    }
    document: dict[str, Any] = {
        "prefix": {"gk": f"urn:{said.name}:", "prov": "http://www.w3.org/ns/prov#"},
        "entity": {
            release: {
                "prov:type": "prov:Collection",
                "gk:version": facts.version,
                **{f"gk:{name}": number for name, number in facts.counts.items()},
            },
            "gk:captures": {
                "prov:label": "what was asked of the sites and what came back",
                "gk:key": "captures/",
            },
            "gk:bodies": {"prov:label": "bodies as received, by SHA-256", "gk:key": "raw/sha256/"},
            "gk:records": {"prov:label": "what the extractor read in them", "gk:key": "records/"},
            **{
                f"{release}/{file.path}": {"gk:sha256": file.sha256, "gk:bytes": file.size}
                for file in facts.files
            },
        },
        "activity": {
            "gk:extraction": {"prov:label": "bytes to records"},
            f"gk:publication/{facts.version}": {"prov:endTime": facts.created},
        },
        "agent": {
            "gk:publisher": {"prov:type": "prov:Organization", "prov:label": said.publisher},
            **software,
        },
        "wasGeneratedBy": {
            "_:g1": {"prov:entity": "gk:records", "prov:activity": "gk:extraction"},
            "_:g2": {"prov:entity": release, "prov:activity": f"gk:publication/{facts.version}"},
        },
        "used": {
            "_:u1": {"prov:activity": "gk:extraction", "prov:entity": "gk:bodies"},
            "_:u2": {"prov:activity": f"gk:publication/{facts.version}", "prov:entity": "gk:records"},
            "_:u3": {"prov:activity": f"gk:publication/{facts.version}", "prov:entity": "gk:captures"},
        },
        "wasDerivedFrom": {
            "_:d1": {"prov:generatedEntity": "gk:records", "prov:usedEntity": "gk:bodies"},
            "_:d2": {"prov:generatedEntity": release, "prov:usedEntity": "gk:records"},
        },
        "wasAttributedTo": {"_:t1": {"prov:entity": release, "prov:agent": "gk:publisher"}},
        "wasAssociatedWith": {
            f"_:a{number}": {"prov:activity": "gk:extraction", "prov:agent": name}
            for number, name in enumerate(software, start=1)
        },
        "hadMember": {
            f"_:m{number}": {"prov:collection": release, "prov:entity": f"{release}/{file.path}"}
            for number, file in enumerate(facts.files, start=1)
        },
    }
    if facts.previous is not None:
        earlier = f"gk:release/{facts.previous}"
        document["entity"][earlier] = {"gk:version": facts.previous}
        document["wasDerivedFrom"]["_:d3"] = {
            "prov:generatedEntity": release,
            "prov:usedEntity": earlier,
            "prov:type": "prov:Revision",
        }
    return document
