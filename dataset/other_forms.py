"""The folder of a draft, completed: its tables in every other form, and the metadata that name them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from dataset.derived import DUCKDB, write_csv, write_duckdb
from dataset.gates import Bounds, Gate, judge_package
from dataset.metadata import Facts, write_metadata
from dataset.metadata.about import File
from dataset.metadata.codebook import labels
from dataset.schema import tables
from dataset.sqlite import write_sqlite
from dataset.writers import file_hash


def derive(folder: Path, facts: Facts) -> Facts:
    """Write the other forms of the tables and the metadata; return the facts with the data files."""
    with ThreadPoolExecutor(1) as beside:
        # DuckDB writes CSV and its own file while Python feeds SQLite.
        others = beside.submit(_write_others, folder)
        write_sqlite(folder, labels())
        others.result()
    # The DuckDB file is not listed: its bytes differ in every making, and only the manifest may say so.
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != DUCKDB)
    files = [
        File(path.relative_to(folder).as_posix(), path.stat().st_size, file_hash(path)) for path in paths
    ]
    facts = replace(facts, files=files)
    write_metadata(folder, facts)
    return facts


def _write_others(folder: Path) -> None:
    write_csv(folder, *tables().values())
    write_duckdb(folder, tables().values())


def finish(folder: Path, facts: Facts, bounds: Bounds) -> tuple[Facts, list[Gate]]:
    """Judge the data package of a folder; write what the gates found into the metadata."""
    gates = judge_package(folder, bounds)
    facts = replace(facts, gates=[*facts.gates, *map(said_of, gates)])
    write_metadata(folder, facts)
    return facts, gates


def said_of(gate: Gate) -> str:
    """Return what a gate found, in one line."""
    return f"{gate.name}: {gate.message}"
