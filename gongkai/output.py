"""Results on standard output: JSON for machines, tables for people."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

WIDE = 200
"""Columns of a table that no terminal limits."""


def emit_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def say(text: str = "") -> None:
    """Print a line for people."""
    click.echo(text)


def note(text: str) -> None:
    """Print a line on standard error: not a result."""
    click.echo(text, err=True)


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    numbers: Sequence[str] = (),
    footer: Sequence[Any] | None = None,
) -> None:
    """Print a table.

    Args:
        columns: headings.
        rows: their cells; None is blank, an integer gets its thousands marked.
        numbers: headings of the columns that stand to the right.
        footer: the cells of a last row that stands apart.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_footer=footer is not None, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(
            Text(column),
            justify="right" if column in numbers else "left",
            overflow="fold",
            footer=Text("" if footer is None else _cell(footer[index])),
        )
    for row in rows:
        # Text, not str: what stands in a document must not be taken for markup.
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    console.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def invocation() -> str:
    """Return what to type to call this program again: its name, or its path where it is not on PATH."""
    program = Path(sys.argv[0])
    found = shutil.which("gongkai")
    if program.name != "gongkai" or (found and Path(found).resolve() == program.resolve()):
        return "gongkai"
    try:
        return str(program.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(program)
