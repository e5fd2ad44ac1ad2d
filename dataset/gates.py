"""The gates: what a draft must meet before it becomes a release. One that fails names the rows.

Bounds are data (`gates.yaml`). A gate that has nothing to compare with (no release before, too few reports)
passes and says so.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from duckdb import DuckDBPyConnection
from frictionless import Package

from dataset.derived import connect, from_parquet, parquet_files
from dataset.draft import FORMAT
from dataset.schema import TableSchema, tables
from dataset.scratch import Scratch

PATH = Path(__file__).resolve().parent / "gates.yaml"
NAMED = 20
"""Rows that a failed gate names."""
SAMPLE = 1_000
"""Rows of each table that frictionless reads."""


class GatesError(Exception):
    """The file of bounds is not what it must be; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`gates.yaml`; None switches a gate off."""

    schema_stable: bool | None
    keys_unique: bool | None
    datapackage_valid: bool | None
    removed_unexplained: int | None
    unpublished_share: float | None
    failed_checks_share: float | None
    failed_checks_rise: float | None
    flagged_share: float | None
    reports_fall: float | None
    coverage_fall: float | None
    smallest: int


@dataclass(frozen=True, slots=True)
class Gate:
    """What one gate found.

    Attributes:
        name: of the bound.
        passed: whether the draft meets it.
        message: for people, in one line.
        rows: some of those that fail it.
    """

    name: str
    passed: bool
    message: str
    rows: tuple[str, ...] = ()


@dataclass(slots=True)
class Subject:
    """What is judged.

    Attributes:
        folder: of the draft.
        counts: of the draft.
        shares: of the draft, by the name of the bound.
        before: manifest of the release before, None for the first.
        connection: to DuckDB, while it is judged.
        views: the tables that are known there.
    """

    folder: Path
    counts: Mapping[str, int]
    before: Mapping[str, Any] | None
    shares: dict[str, float] = field(default_factory=dict)
    connection: DuckDBPyConnection | None = None
    views: set[str] = field(default_factory=set)


def load_bounds(path: Path | None = None) -> Bounds:
    """Return the bounds of a file, of `gates.yaml` where none is given.

    Raises:
        GatesError: the file cannot be read, or names what is no gate.
    """
    source = path or PATH
    try:
        entries = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise GatesError(f"{source}: cannot be read as YAML ({error})") from error
    known = {one.name for one in fields(Bounds)}
    if not isinstance(entries, dict) or set(entries) != known:
        wrong = sorted(set(entries) ^ known) if isinstance(entries, dict) else ["no mapping"]
        raise GatesError(f"{source}: missing or unknown: {', '.join(wrong)}; take {PATH.name} as the pattern")
    for name, value in entries.items():
        if value is not None and not isinstance(value, int | float):
            raise GatesError(f"{source}: {name}: {value!r} is no number")
    return Bounds(**entries)


def schema_of_release() -> dict[str, list[str]]:
    """Return the columns of every table, for the manifest."""
    return {
        name: [f"{column.name} {column.type}" for column in table.columns] for name, table in tables().items()
    }


def judge_tables(subject: Subject, bounds: Bounds, changes: Path | None) -> list[Gate]:
    """Judge the draft's tables. `changes` is the folder of the draft where it has that table."""
    wanted: list[tuple[str, Callable[[Subject, Any], Gate]]] = [
        ("schema_stable", _schema),
        ("keys_unique", _keys),
        ("removed_unexplained", partial(_removed, changes)),
        ("unpublished_share", partial(_unpublished, bounds)),
        ("failed_checks_share", partial(_failed, bounds)),
        ("failed_checks_rise", partial(_risen, bounds)),
        ("flagged_share", partial(_flagged, bounds)),
        ("reports_fall", partial(_fallen, bounds)),
        ("coverage_fall", partial(_coverage, bounds)),
    ]
    bounded = [(judge, getattr(bounds, name)) for name, judge in wanted]
    # By identity: a bound of 0 is the strictest there is, and equal to False.
    with connect() as connection:
        subject.connection, subject.views = connection, set()
        return [judge(subject, bound) for judge, bound in bounded if bound is not None and bound is not False]


def judge_package(folder: Path, bounds: Bounds) -> list[Gate]:
    """Judge the descriptor and the first rows of the CSV files as frictionless sees them."""
    if not bounds.datapackage_valid:
        return []
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    with Scratch() as target:
        resources = [_sample(folder, target, resource) for resource in descriptor["resources"]]
        sample = target / "datapackage.json"
        sample.write_text(json.dumps({**descriptor, "resources": resources}), encoding="utf-8")
        report = Package(str(sample)).validate()
    errors = [f"{row[0]}: {row[-1]}" for row in report.flatten(["title", "type", "message"])]
    return [_gate("datapackage_valid", not errors, "the data package is valid", tuple(errors[:NAMED]))]


def _sample(folder: Path, target: Path, resource: Mapping[str, Any]) -> dict[str, Any]:
    """Write the first rows of a resource and return its description for them."""
    source = folder / resource["path"]
    path = target / f"{resource['name']}.csv"
    opened = gzip.open if source.suffix == ".gz" else open
    with (
        opened(source, "rt", encoding="utf-8", newline="") as rows,
        path.open("w", encoding="utf-8", newline="") as out,
    ):
        csv.writer(out).writerows(islice(csv.reader(rows), SAMPLE + 1))
    whole = ("extrapaths", "compression", "bytes", "hash")
    return {**{key: value for key, value in resource.items() if key not in whole}, "path": path.name}


def _gate(name: str, passed: bool, message: str, rows: tuple[str, ...] = ()) -> Gate:
    return Gate(name, passed, message, rows)


def _schema(subject: Subject, _: object) -> Gate:
    name = "schema_stable"
    if subject.before is None:
        return _gate(name, True, "no release before to compare the columns with")  # noqa: FBT003
    if subject.before["manifest"] != FORMAT:
        return _gate(name, True, f"form {FORMAT} after form {subject.before['manifest']}")  # noqa: FBT003
    now, before = schema_of_release(), subject.before["schema"]
    different = sorted(
        f"{table}: {', '.join(sorted(set(now.get(table, [])) ^ set(before.get(table, []))))}"
        for table in now.keys() | before.keys()
        if now.get(table) != before.get(table)
    )
    return _gate(
        name,
        not different,
        "columns as before" if not different else "columns changed without another form of the release",
        tuple(different),
    )


def _keys(subject: Subject, _: object) -> Gate:
    twice: list[str] = []
    for table in tables().values():
        if not table.key:
            continue
        names = ", ".join(f'"{name}"' for name in table.key)
        # Rows that share a key share its hash: numbers are grouped in a tenth of the memory that texts take.
        suspect = f"SELECT 1 FROM {table.name} GROUP BY hash({names}) HAVING count(*) > 1 LIMIT 1"  # noqa: S608
        if not _query(subject, {table.name: table}, suspect):
            continue
        twice += [
            f"{table.name}: {' '.join(map(str, row))}"
            for row in _query(
                subject,
                {table.name: table},
                f"SELECT {names} FROM {table.name} GROUP BY {names} HAVING count(*) > 1 ORDER BY {names} "  # noqa: S608
                f"LIMIT {NAMED}",
            )
        ]
    return _gate(
        "keys_unique", not twice, "keys are unique" if not twice else "rows share a key", tuple(twice)
    )


def _removed(changes: Path | None, subject: Subject, bound: float) -> Gate:
    name = "removed_unexplained"
    if changes is None:
        return _gate(name, True, "no release before that could have lost a report")  # noqa: FBT003
    rows = _query(
        subject,
        {"changes": tables()["changes"]},
        "SELECT report_id FROM changes WHERE change = 'report_removed' AND reason IS NULL ORDER BY report_id",
    )
    return _gate(
        name,
        len(rows) <= bound,
        f"{len(rows)} reports are gone without a reason",
        tuple(row[0] for row in rows[:NAMED]),
    )


def _share(subject: Subject, name: str, part: float, whole: float) -> float:
    share = part / whole if whole else 0.0
    subject.shares[name] = round(share, 6)
    return share


def _bounded(
    subject: Subject, bounds: Bounds, name: str, share: float, bound: float, what: str, rows: tuple[str, ...]
) -> Gate:
    passed = share <= bound or subject.counts["reports"] < bounds.smallest
    return _gate(name, passed, f"{what}: {share:.1%}, at most {bound:.1%}", () if passed else rows)


def _unpublished(bounds: Bounds, subject: Subject, bound: float) -> Gate:
    lost = subject.counts["unpublished"]
    share = _share(subject, "unpublished_share", lost, lost + subject.counts["documents"])
    rows = _query(
        subject,
        {"issues": tables()["issues"]},
        "SELECT code, source_url FROM issues WHERE report_id IS NULL ORDER BY source_url",
    )
    named = tuple(f"{code} {url}" for code, url in rows[:NAMED])
    return _bounded(subject, bounds, "unpublished_share", share, bound, "documents not published", named)


_FAILED = (
    "SELECT report_id, checks_failed FROM reports WHERE current AND checks_failed > 0 ORDER BY 2 DESC, 1"
)


def _failed(bounds: Bounds, subject: Subject, bound: float) -> Gate:
    rows = _query(subject, {"reports": tables()["reports"]}, _FAILED)
    share = _share(subject, "failed_checks_share", len(rows), subject.counts["reports"])
    named = tuple(f"{report} {failed}" for report, failed in rows[:NAMED])
    return _bounded(
        subject, bounds, "failed_checks_share", share, bound, "reports with a failed identity", named
    )


def _risen(bounds: Bounds, subject: Subject, bound: float) -> Gate:
    name = "failed_checks_rise"
    before = _before(subject, "failed_checks_share")
    if before is None:
        return _gate(name, True, "no release before to compare failed identities with")  # noqa: FBT003
    rows = _query(subject, {"reports": tables()["reports"]}, _FAILED)
    share = len(rows) / subject.counts["reports"] if subject.counts["reports"] else 0.0
    named = tuple(f"{report} {failed}" for report, failed in rows[:NAMED])
    return _bounded(
        subject, bounds, name, share - before, bound, "rise of reports with a failed identity", named
    )


def _flagged(bounds: Bounds, subject: Subject, bound: float) -> Gate:
    schema = {"figures": tables()["figures"]}
    flagged = _query(subject, schema, "SELECT count(*) FROM figures WHERE flags <> ''")[0][0]
    share = _share(subject, "flagged_share", flagged, subject.counts["cells"])
    rows = _query(
        subject,
        schema,
        "SELECT report_id, count(*) FROM figures WHERE flags <> '' GROUP BY 1 ORDER BY 2 DESC, 1",
    )
    named = tuple(f"{report} {cells}" for report, cells in rows[:NAMED])
    return _bounded(subject, bounds, "flagged_share", share, bound, "flagged cells", named)


def _fallen(bounds: Bounds, subject: Subject, bound: float) -> Gate:
    name = "reports_fall"
    if subject.before is None:
        return _gate(name, True, "no release before to compare the number of reports with")  # noqa: FBT003
    before = subject.before["counts"]["reports"]
    fall = (before - subject.counts["reports"]) / before if before else 0.0
    passed = fall <= bound or before < bounds.smallest
    return _gate(name, passed, f"{subject.counts['reports']:,} reports after {before:,}")


def _coverage(bounds: Bounds, subject: Subject, bound: float) -> Gate:
    name = "coverage_fall"
    rows = _query(
        subject,
        {"coverage": tables()["coverage"]},
        "SELECT count(*) FILTER (status IN ('found', 'late', 'gone')), count(*) FROM coverage "
        "WHERE status <> 'not_due'",
    )
    found, expected = rows[0]
    share = _share(subject, "coverage", found, expected)
    before = _before(subject, "coverage")
    if before is None:
        return _gate(name, True, f"coverage {share:.1%}; no release before to compare with")  # noqa: FBT003
    return _bounded(subject, bounds, name, before - share, bound, "fall of coverage", ())


def _before(subject: Subject, name: str) -> float | None:
    value = (subject.before or {}).get("shares", {}).get(name)
    return None if value is None else float(value)


def _query(subject: Subject, schemas: Mapping[str, TableSchema], query: str) -> list[tuple[Any, ...]]:
    connection = subject.connection
    assert connection is not None, "asked outside of judge_tables"
    for name, table in schemas.items():
        if name in subject.views:
            continue
        subject.views.add(name)
        paths = parquet_files(subject.folder, table)
        if paths:
            source = from_parquet(paths, table)
        else:
            nothing = ", ".join(f'NULL AS "{column}"' for column in table.names)
            source = f"SELECT * FROM (SELECT {nothing}) WHERE false"  # noqa: S608
        connection.execute(f"CREATE TEMP VIEW {name} AS {source}")
    return connection.execute(query).fetchall()
