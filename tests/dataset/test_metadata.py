"""What the metadata of a real release look like to the tools they are made for."""

import csv
import gc
import io
import json
import shutil
import warnings

import duckdb
import pandas as pd
import pytest
import yaml
from frictionless import Package
from rdflib import Graph, Namespace

from dataset.gates import load_bounds
from dataset.metadata import codebook
from dataset.schema import tables
from dataset.wide import short_names
from storage import open_store
from tests.dataset.conftest import SmallArchive, publish

NEW = "requests.new.total"

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
# frictionless leaves compressed files to the garbage collector


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The files of a release in a folder; made once."""
    tmp_path = tmp_path_factory.mktemp("metadata")
    archive = SmallArchive(open_store(f"file://{tmp_path}/store"))
    archive.site("a")
    section = {"key": "overview", "heading": "一、总体情况", "text": "依法公开政府信息，“三安全”一栏为零。"}
    archive.report(
        "a", "http://a/1", b"one", {NEW: (3, " 3"), "requests.granted.total": (None, "/")}, sections=[section]
    )
    archive.report("a", "http://a/2", b"two", {NEW: (7, "7")}, year=2020)
    publication = publish(archive.store, bounds=load_bounds())
    folder = tmp_path / "release"
    for key in archive.store.list(publication.prefix):
        path = folder / key.removeprefix(publication.prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.store.get(key))
    yield folder
    gc.collect()  # here, where its warnings are ignored, and in no later test


def test_frictionless_accepts_every_row(release) -> None:
    report = Package(str(release / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "type", "message"])
    assert {task.name for task in report.tasks} >= {"figures", "reports", "wide", "captures"}


def test_frictionless_would_notice(release, tmp_path) -> None:
    shutil.copytree(release, tmp_path / "damaged")
    path = tmp_path / "damaged" / "csv" / "wide.csv"
    path.write_text(path.read_text("utf-8").replace(",2021,", ",many,"), "utf-8")
    assert not Package(str(tmp_path / "damaged" / "datapackage.json")).validate().valid


@pytest.mark.filterwarnings("ignore")
def test_croissant_is_valid_and_gives_the_rows(release) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    assert not dataset.metadata.issues.errors
    values = [row["figures-2021/value"] for row in dataset.records("figures-2021")]
    assert values[0] == 3.0
    assert len(values) == 2
    damaged = json.loads((release / "croissant.json").read_text("utf-8"))
    damaged["recordSet"][0]["field"][0]["source"]["fileSet"] = {"@id": "nowhere"}
    damaged["recordSet"][0]["field"][0]["source"].pop("fileObject", None)
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=damaged)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_catalogue_entry_is_json_ld_with_every_file(release) -> None:
    graph = Graph().parse(str(release / "dcat.jsonld"), format="json-ld")
    dcat = Namespace("http://www.w3.org/ns/dcat#")
    (dataset,) = set(graph.subjects(predicate=dcat.distribution))
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    data = [
        file for file in manifest["files"] if file["path"].partition("/")[0] in ("csv", "excel", "parquet")
    ]
    assert len(set(graph.objects(dataset, dcat.distribution))) == len(data) + 1  # and the SQLite file
    sizes = {int(size) for size in graph.objects(predicate=dcat.byteSize)}
    assert sizes >= {file["size"] for file in data}


def test_the_lineage_names_what_it_came_from(release) -> None:
    document = json.loads((release / "prov.json").read_text("utf-8"))
    entities = set(document["entity"])
    for relation in ("wasGeneratedBy", "wasDerivedFrom", "hadMember"):
        for edge in document[relation].values():
            for name in ("prov:entity", "prov:generatedEntity", "prov:usedEntity", "prov:collection"):
                assert edge.get(name, "gk:records") in entities


def test_the_citation_is_yaml_with_the_version(release) -> None:
    citation = yaml.safe_load((release / "CITATION.cff").read_text("utf-8"))
    assert (citation["cff-version"], citation["version"], citation["type"]) == (
        "1.2.0",
        "2026-11-22.1",
        "dataset",
    )
    assert str(citation["date-released"]) == "2026-11-22"


def test_the_card_has_front_matter_and_its_examples_run(release, monkeypatch) -> None:
    text = (release / "README.md").read_text("utf-8")
    front = yaml.safe_load(text.split("---")[1])
    assert front["license"] == "cc-by-4.0"
    assert {config["config_name"] for config in front["configs"]} >= {"figures", "reports", "wide"}
    monkeypatch.chdir(release)
    python = text.split("```python\n")[1].split("```")[0]
    namespace: dict = {}
    exec(python, namespace)  # the very lines a reader copies
    assert len(namespace["reports"]) == 2
    assert len(namespace["figures"]) == 3
    assert namespace["wide"].req_new_total.tolist() == [7.0, 3.0]
    sql = text.split("```sql\n")[1].split("```")[0]
    assert duckdb.sql(sql).fetchall() == [("甲区教育局", 3.0)]


def test_excel_opens_it(release) -> None:
    wide = pd.read_csv(release / "excel" / "wide.csv", encoding="utf-8-sig")
    assert wide.agency.tolist() == ["甲区教育局"] * 2


def test_the_codebook_has_every_cell_in_two_languages(release) -> None:
    rows = list(csv.DictReader(io.StringIO((release / "codebook.csv").read_text("utf-8"))))
    assert {row["cell"]: row["wide_name"] for row in rows} == dict(short_names())
    new = next(row for row in rows if row["cell"] == NEW)
    assert new["label_zh"] == "一、本年新收政府信息公开申请数量 / 总计"
    assert new["editions"] == "2019;2021"
    assert "requests.balance" in new["identities"]
    assert not [row["cell"] for row in rows if not row["label_zh"] or not row["label_en"].strip(" /")]
    text = (release / "codebook.md").read_text("utf-8")
    assert not [name for table in tables().values() for name in (f"`{table.name}`",) if name not in text]


def test_every_column_is_explained_in_two_languages() -> None:
    assert not [
        f"{table.name}.{column.name}"
        for table in tables().values()
        for column in table.columns
        if not column.zh or not column.en
    ]
    assert codebook.labels()[NEW][0].startswith("一、本年新收")
