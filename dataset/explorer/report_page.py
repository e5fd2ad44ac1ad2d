"""What the page of a report shows: its tables as on paper, figures in place, and its versions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from dataset.explorer import queries
from dataset.explorer.database import Database, Row
from dataset.explorer.forms import Box, Sheet, edition_of, sheet
from dataset.explorer.words import say, say_code
from dataset.metadata.codebook import CellEntry, entries
from extraction.editions import editions
from extraction.mention_forms import keys


def evidence_link(report_id: str, cell: str, sha256: str | None = None) -> str:
    """Return the link to a figure's evidence."""
    link = f"/evidence/{quote(report_id, safe='')}/{cell}"
    return link if sha256 is None else f"{link}?doc={sha256}"


def report_link(report_id: str, **more: Any) -> str:
    """Return the link to a report."""
    asked = "&".join(f"{key}={value}" for key, value in more.items() if value)
    return f"/report/{quote(report_id, safe='')}{'?' if asked else ''}{asked}"


@lru_cache(maxsize=4096)
def check_name(check: str, lang: str) -> str:
    """Return what an identity says, with the row or column it is of; its id where there are no words."""
    stem, _, of = check.rpartition(".")
    for name, part in ((check, ""), (stem, of), (check.partition(".")[0], check.partition(".")[2])):
        said = say_code("check", name, lang)
        if said != name:
            return f"{said} · {_label_of(name, part, lang)}" if part else said
    return check


def flag_name(flag: str, lang: str) -> str:
    """Return what a flag of a figure says: ``check_failed:<identity>``, ``confidence:<0-1>``, an issue."""
    kind, _, of = flag.partition(":")
    if kind == "check_failed" and of:
        return f"{say('legend_failed', lang)}: {check_name(of, lang)}"
    if kind == "confidence":
        return f"{say('confidence', lang)} {of}"
    return say_code("issue", flag, lang)


def mention_name(key: str, lang: str) -> str:
    """Return what a figure in the text is of; its key where the knowledge has no words for it."""
    chinese, english = keys().get(key, (key, key))
    return chinese if lang == "zh" else english


@lru_cache(maxsize=1)
def book() -> Mapping[str, CellEntry]:
    """Return what the codebook says of each cell."""
    return {entry.cell: entry for entry in entries()}


def cell_name(cell: str, lang: str) -> str:
    """Return the label of a cell as the forms print it; its name where no form has it."""
    entry = book().get(cell)
    return cell if entry is None else entry.label_zh if lang == "zh" else entry.label_en


def _label_of(check: str, part: str, lang: str) -> str:
    """The label of a row or column of the table that an identity is of, or of a figure in the text."""
    table = check.removeprefix("years.").partition(".")[0]
    for known in reversed(list(editions().values())):
        form = known.tables.get(table)
        label = None if form is None else form.columns.get(part) or form.rows.get(part)
        if label is not None:
            return label.label if lang == "zh" else label.label_en
    return mention_name(part, lang)


def plain(value: float | None) -> str:
    """Return a figure as it is printed: without separators, whole where it is."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else f"{value:.10g}"


def printed(figure: Mapping[str, Any] | None) -> str:
    """Return what stands in a cell."""
    if figure is None:
        return ""
    if figure["value"] is not None:
        return plain(figure["value"])
    return (figure["raw"] or "").strip()


def sheets(figures: Mapping[str, Row], edition: str | None, lang: str) -> list[Sheet]:
    """Return the tables of a report as printed, in the order of the form."""
    said: dict[str, str] = {}
    for cell, figure in figures.items():
        said.setdefault(cell.partition(".")[0], figure.get("edition") or "")
    order = [table for known in reversed(list(editions().values())) for table in known.tables]
    tables = sorted(said, key=lambda table: order.index(table) if table in order else len(order))
    present = frozenset(figures)
    found = []
    for table in tables:
        own = edition_of(table, said, edition)
        made = sheet(own, table, lang, present) if own else None
        if made is not None:
            found.append(made)
    return found


def shown_cell(
    box: Box, report_id: str, figure: Row | None, before: Row | None, beside: bool, lang: str
) -> dict[str, Any]:
    """Return a cell of a table for the template."""
    if box.kind != "figure":
        return {"box": box}
    if figure is None:
        return {"box": box, "classes": "figure absent", "text": "", "hint": say("legend_absent", lang)}
    flags = [flag for flag in (figure["flags"] or "").split(";") if flag]
    classes = ["figure", figure["status"]]
    if any(flag.startswith("check_failed:") for flag in flags):
        classes.append("failed")
    elif flags:
        classes.append("flagged")
    label = figure["label_zh"] if lang == "zh" else figure["label_en"]
    said = [label, say_code("cell", figure["status"], lang)]
    if figure["raw"] and figure["raw"].strip() != printed(figure):
        said.append(f"{say('printed_as', lang)}: {figure['raw'].strip()}")
    return {
        "box": box,
        "classes": " ".join(classes),
        "text": printed(figure),
        "link": evidence_link(report_id, box.cell),
        "hint": " · ".join([*said, *(flag_name(flag, lang) for flag in flags)]),
        "label": label,
        "beside": beside,
        "before": printed(before),
    }


def tables_of(
    db: Database, report: Row, figures: Mapping[str, Row], before: Row | None, lang: str
) -> list[dict[str, Any]]:
    """Return the tables of a report for the template, last year's figures in them where asked for."""
    earlier = queries.figures(db, before) if before is not None else {}
    found = []
    for each in sheets(figures, report["edition"], lang):
        lines = [
            [
                shown_cell(
                    box,
                    report["report_id"],
                    figures.get(box.cell),
                    earlier.get(box.cell),
                    before is not None,
                    lang,
                )
                for box in line
            ]
            for line in each.lines
        ]
        found.append({"key": each.key, "title": each.title, "lines": lines})
    return found


def differences(
    db: Database, report: Row, figures: Mapping[str, Row], versions: list[Row]
) -> list[dict[str, Any]]:
    """Return the versions of a report, each earlier one with the figures that are others now."""
    found: list[dict[str, Any]] = []
    for version in versions:
        if version["current"]:
            found.append({"version": version, "cells": None})
            continue
        then = queries.superseded(db, report["report_id"], version["version"])
        cells = []
        for cell in dict.fromkeys([*figures, *then]):
            old, new = then.get(cell), figures.get(cell)
            if (old and (old["value"], old["status"])) != (new and (new["value"], new["status"])):
                cells.append(
                    {"cell": cell, "then": printed(old), "now": printed(new), "old": old, "new": new}
                )
        found.append({"version": version, "cells": cells})
    return found


def neighbours(
    report: Row, figures: Mapping[str, Row], cell: str, lang: str
) -> tuple[str | None, str | None]:
    """Return the cells before and after one, in reading order."""
    order = [
        name for each in sheets(figures, report["edition"], lang) for name in each.cells if name in figures
    ]
    if cell not in order:
        return None, None
    at = order.index(cell)
    return (order[at - 1] if at else None), (order[at + 1] if at + 1 < len(order) else None)
