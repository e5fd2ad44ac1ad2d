"""The record against the truth, cell by cell: `python -m tests.corpus.judge [DIR] [--worst N] [--json FILE]`.

Verdicts of a cell
    right     the value is the printed figure (or null where none is printed)
    flagged   the value is not right, and the record says so: null or `unreadable` or wrong, with an issue (error or warning) that
              names the cell, its row or its table, or a check that fails and names the cell
    SILENT    the value is not right and nothing flags that cell: the unforgivable class

A right cell that an issue of severity error or warning doubts is also counted, as a false alarm; so is a failing check in
a document whose figures are lawful and rightly read. A null with the right value but another status is counted as `status`.
"""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.corpus.judge_text import judge_text

HERE = Path(__file__).parent
COMMITTED = HERE / "documents"
FLAGGING = {"error", "warning"}
# Deviations under which a failing check is right though every figure was read rightly.
LAWLESS = {"narrative_lies", "unknown_row"}
IDENTITY = ("title", "agency", "year", "edition", "published", "signed", "document_number")
# Which statuses say the same: 无 is read as dash, text or not applicable by good readers; all leave the value null.
SAME_STATUS: dict[str, set[str | None]] = {
    "not_applicable": {"not_applicable", "dash", "text", "blank"},
    "blank": {"blank"},
    "dash": {"dash"},
    "absent": {"absent", "blank", None},
    "unit_unknown": {"number", "text", "unreadable"},
    "text": {"text", "unreadable", "dash", "not_applicable"},
    "number": {"number"},
    "null": {"blank", "dash", "absent", "text", "not_applicable", None},
}


@dataclass
class Verdict:
    """What the judge found in one document."""

    name: str
    format: str
    deviations: list[str]
    cells: Counter[str] = field(default_factory=Counter)
    identity: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    kind: str = "right"

    @property
    def silent(self) -> int:
        return self.cells["SILENT"]


def _same(one: Any, two: Any) -> bool:
    if one is None or two is None:
        return one is two
    if isinstance(one, bool | str) or isinstance(two, str):
        return False
    return abs(Decimal(str(one)) - Decimal(str(two))) < Decimal("0.000001")


def _cell_key(key: str) -> str:
    """A truth's key as a record's: the one column of a list of indicators is `value`."""
    return f"{key}.value" if key.count(".") == 1 else key


def _value(record: dict[str, Any], key: str) -> Any:
    node: Any = record.get("tables") or {}
    for part in _cell_key(key).split("."):
        if not isinstance(node, dict) or part not in node:
            return None
        node = node[part]
    return node


class Flags:
    """What the record doubts: cells, rows and tables named by issues and failing checks."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.named: set[str] = set()
        self.noted: set[str] = set()
        self.whole = False
        for issue in record.get("issues", []):
            keys = [str(key) for key in issue.get("cells", [])]
            self.noted.update(keys)
            if issue.get("severity") not in FLAGGING:
                continue
            self.named.update(keys)
            if record.get("kind") == "unreadable":
                self.whole = True
            code = issue.get("code", "")
            if not keys and (code.startswith("table") or code == "edition_unknown"):
                words = f"{code} {issue.get('message')}"
                self.named.update(
                    table
                    for table in ("proactive", "requests", "review_litigation", "statistics")
                    if table in words
                )
        self.failing = {
            key
            for check in record.get("checks", [])
            if check.get("holds") is False
            for key in check.get("cells", [])
        }

    def doubts(self, key: str) -> bool:
        """Whether an issue or a failing check names the cell, its row or its table."""
        return self.issue(key) or _cell_key(key) in self.failing

    def issue(self, key: str) -> bool:
        table, row, _ = [*key.split("."), "", ""][:3]
        return self.whole or bool(
            {key, _cell_key(key), table, f"{table}.{row}", f"{table}.{row}.*", f"{table}.*"} & self.named
        )


def _judge_cells(record: dict[str, Any], truth: dict[str, Any], out: Verdict) -> None:
    flags = Flags(record)
    cells = record.get("cells") or {}
    if record.get("kind") == "unreadable":
        # Nothing was read: a null is no reading of a blank.
        out.cells["flagged" if flags.whole else "SILENT"] += len(truth["cells"])
        return
    for key, expected in truth["cells"].items():
        value = _value(record, key)
        found = cells.get(_cell_key(key)) or {}
        if expected["status"] == "merged" and value in {0, None}:
            # One printed 0 over seven cells: the figure of each, or of the first alone.
            out.cells["right"] += 1
            continue
        if _same(value, expected["value"]):
            out.cells["right"] += 1
            out.cells["false_alarm"] += flags.issue(key) and expected["status"] not in {
                "unit_unknown",
                "absent",
            }
            status = found.get("status")
            if status not in SAME_STATUS[expected["status"]] and not (value is None and flags.doubts(key)):
                out.cells["status"] += 1
                out.problems.append(
                    f"status {key}: {status} where {expected['status']} ({expected['raw']!r})"
                )
            continue
        if expected["status"] in {"unit_unknown", "text"} and any(
            _same(value, other) for other in expected.get("accept", [])
        ):
            # A sum without a unit may be given as printed, but not as if its unit were known.
            bare = expected["status"] == "unit_unknown" and not found.get("unit")
            verdict = "right" if bare or flags.doubts(key) or key in flags.noted else "SILENT"
        else:
            verdict = "flagged" if flags.doubts(key) else "SILENT"
        out.cells[verdict] += 1
        if verdict != "right":
            out.problems.append(
                f"{verdict} {key}: read {value!r} where {expected['value']!r} is printed as {expected['raw']!r}"
            )
    known = {_cell_key(key) for key in truth["cells"]}
    for key, cell in cells.items():
        # A figure under a key that the document's forms do not have.
        if key not in known and _value(record, key) is not None:
            verdict = "flagged" if flags.doubts(key) else "SILENT"
            out.cells[verdict] += 1
            out.problems.append(
                f"{verdict} {key}: read {_value(record, key)!r} from {cell.get('raw')!r}, the document has no such cell"
            )


def _squash(text: Any) -> Any:
    return "".join(text.split()).replace("(", "（").replace(")", "）") if isinstance(text, str) else text


def _judge_identity(record: dict[str, Any], truth: dict[str, Any], out: Verdict) -> None:
    report = record.get("report") or {}
    words = " ".join(
        f"{issue.get('code')} {issue.get('message')} {' '.join(map(str, issue.get('cells', [])))}"
        for issue in record.get("issues", [])
        if issue.get("severity") in FLAGGING
    )
    for name in IDENTITY:
        if name not in truth:
            continue
        expected, found = truth[name], report.get(name)
        accepted = [_squash(other) for other in [expected, *truth.get(f"{name}_accept", [])]]
        if name in {"signed", "document_number"} and expected is None:
            continue
        if name == "edition":
            # Where tables of two editions stand in one report, either names it.
            accepted += truth.get("editions", {}).values()
        if name == "title" and expected is None:
            accepted += ["政府信息公开年报", "信息公开"]
        if _squash(found) in accepted:
            out.identity[name] = "right"
        elif found is None and name in {"published", "signed", "document_number"}:
            out.identity[name] = "unread"
        else:
            # No edition where an issue says that the tables are not there is no claim.
            said = name in words or (name == "edition" and found is None and "table" in words)
            out.identity[name] = "flagged" if said else "WRONG"
        if out.identity[name] != "right":
            out.problems.append(f"{out.identity[name]} {name}: {found!r} where {expected!r}")
    for table, edition in truth.get("editions", {}).items():
        if table in truth.get("missing_tables", []) or table == "statistics":
            continue
        found = (report.get("editions") or {}).get(table)
        # The review table is the same in both editions.
        allowed = truth["editions"].values() if table == "review_litigation" else [edition]
        if found not in allowed:
            verdict = "flagged" if table in words or "edition" in words else "WRONG"
            out.identity[f"edition.{table}"] = verdict
            out.problems.append(f"{verdict} edition of {table}: {found!r} where {edition!r}")


def _judge_checks(record: dict[str, Any], truth: dict[str, Any], out: Verdict) -> None:
    failing = [check for check in record.get("checks", []) if check.get("holds") is False]
    if truth.get("broken"):
        named = {key for check in failing for key in check.get("cells", [])}
        for key in truth["broken"]:
            read = _same(_value(record, key), truth["cells"][key]["value"])
            if key not in named and read and _judgeable(truth, key):
                out.cells["error_unnoticed"] += 1
                out.problems.append(f"check: the agency's own error at {key} fails no check")
    elif not out.cells["SILENT"] and not out.cells["flagged"] and not LAWLESS & set(truth["deviations"]):
        for check in failing:
            out.cells["false_check"] += 1
            out.problems.append(
                f"check {check.get('id')} fails ({check.get('expected')} != {check.get('actual')}) on lawful figures"
            )


def _judgeable(truth: dict[str, Any], key: str) -> bool:
    """Whether the identity that the error breaks can be judged from what is printed (no blanks in it)."""
    table = key.split(".")[0]
    return all(
        cell["status"] == "number" for other, cell in truth["cells"].items() if other.startswith(f"{table}.")
    )


def _judge_parts(record: dict[str, Any], truth: dict[str, Any], out: Verdict) -> Verdict:
    """A page of several agencies: a record of each, as right as that of one alone."""
    parts = record.get("parts") or []
    if len(parts) != len(truth["parts"]):
        # One record cannot hold two agencies: it must say so, or the figures of one stand for both.
        said = any(issue.get("severity") in FLAGGING for issue in record.get("issues", []))
        out.kind = "flagged" if said else "WRONG"
        out.problems.append(f"{len(parts)} records of a page that joins {len(truth['parts'])} reports")
        return out
    for number, (part, its) in enumerate(zip(parts, truth["parts"], strict=True), start=1):
        verdict = judge(part, its, out.name)
        out.cells.update(verdict.cells)
        out.problems += [f"part {number}: {problem}" for problem in verdict.problems]
        out.identity |= {f"part{number}.{name}": found for name, found in verdict.identity.items()}
    return out


def judge(record: dict[str, Any], truth: dict[str, Any], name: str) -> Verdict:
    """One record against one truth."""
    out = Verdict(name, truth["format"], truth["deviations"])
    kinds = [truth["kind"], *truth.get("kind_accept", [])]
    if truth["kind"] == "compilation":
        return _judge_parts(record, truth, out)
    if record.get("kind") not in kinds:
        if record.get("kind") == "unreadable" and record.get("issues"):
            out.kind = "unreadable"
        else:
            out.kind = "WRONG"
        codes = [issue.get("code") for issue in record.get("issues", [])][:4]
        out.problems.append(
            f"{out.kind} kind: {record.get('kind')!r} where {truth['kind']!r} (issues {codes})"
        )
    if truth["kind"] != "report":
        if record.get("kind") == "not_report" and not record.get("issues"):
            out.problems.append("not_report without an issue that says why")
        return out
    _judge_cells(record, truth, out)
    extra = json.dumps(record.get("extra"), ensure_ascii=False)
    for label in truth.get("extra_rows", []):
        if label not in extra:
            out.cells["extra_lost"] += 1
            out.problems.append(f"extra: the row {label} that no edition knows is not kept in `extra`")
    if record.get("kind") == "report":
        _judge_identity(record, truth, out)
        _judge_checks(record, truth, out)
        judge_text(record, truth, out.cells, out.problems)
    return out


def faults(verdict: Verdict) -> list[str]:
    """What no document may have: silent errors, crashes, wrong kinds, wrong identities that nothing flags."""
    bad = ("SILENT", "WRONG", "CRASH")
    return [problem for problem in verdict.problems if problem.startswith(bad) or "two agencies" in problem]


def documents(folder: Path) -> Iterable[tuple[Path, dict[str, Any]]]:
    """Each document of a folder with its truth."""
    for path in sorted(folder.glob("*.truth.json")):
        name = path.name.removesuffix(".truth.json")
        truth = json.loads(path.read_text(encoding="utf-8"))
        found = [other for other in folder.glob(f"{name}.*") if other != path]
        if len(found) != 1:
            message = f"{path}: expected one document beside it, found {len(found)}"
            raise FileNotFoundError(message)
        yield found[0], truth


def judge_file(path: Path, truth: dict[str, Any]) -> Verdict:
    """Extract one file and judge its record."""
    from extraction import extract

    record = extract(path.read_bytes(), media_type=truth.get("media_type"), url=truth.get("url"))
    return judge(json.loads(record.to_json()), truth, path.name)


def judge_safely(path: Path, truth: dict[str, Any]) -> Verdict:
    """As `judge_file`; a crash of the extractor is a verdict of its own, since it must never raise."""
    try:
        return judge_file(path, truth)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the finding
        out = Verdict(path.name, truth["format"], truth["deviations"], kind="CRASH")
        out.problems.append(f"CRASH {type(error).__name__}: {error}")
        return out


COLUMNS = (
    "right",
    "flagged",
    "SILENT",
    "status",
    "false_alarm",
    "false_check",
    "error_unnoticed",
    "extra_lost",
    "mention_right",
    "mention_flagged",
    "mention_missed",
    "mention_SILENT",
    "section_right",
    "section_missed",
    "section_wrong",
)


def summary(verdicts: list[Verdict]) -> dict[str, Counter[str]]:
    """Counts per format."""
    out: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        row = out[verdict.format]
        row["documents"] += 1
        row.update(verdict.cells)
        row[f"kind_{verdict.kind}"] += 1
        for name, found in verdict.identity.items():
            row[f"{name}_{found}"] += 1
    return dict(out)


def format_table(verdicts: list[Verdict]) -> list[str]:
    """The table per format."""
    head = ["format", "documents", "kind ok", *COLUMNS, "title", "agency", "year", "edition"]
    lines = ["\t".join(head)]
    for name, row in sorted(summary(verdicts).items()):
        right = [str(row["documents"]), str(row["kind_right"]), *(str(row[column]) for column in COLUMNS)]
        right += [str(row[f"{key}_right"]) for key in ("title", "agency", "year", "edition")]
        lines.append("\t".join([name, *right]))
    return lines


def deviation_table(verdicts: list[Verdict]) -> list[str]:
    """Deviations under which anything went wrong, worst first: documents, SILENT, flagged, wrong identity, wrong kind."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        for deviation in {*verdict.deviations, f"format_{verdict.format}"}:
            row = rows[deviation]
            row["documents"] += 1
            row["SILENT"] += verdict.silent
            row["silent_documents"] += verdict.silent > 0
            row["flagged"] += verdict.cells["flagged"]
            row["identity"] += any(found == "WRONG" for found in verdict.identity.values())
            row["kind"] += verdict.kind != "right"
    worst = sorted(rows.items(), key=lambda item: (-item[1]["SILENT"] / item[1]["documents"], item[0]))
    lines = ["deviation\tdocuments\twith SILENT\tSILENT cells\tflagged\tidentity wrong\tkind wrong"]
    for name, row in worst:
        if any(row[key] for key in ("SILENT", "flagged", "identity", "kind")):
            keys = ("documents", "silent_documents", "SILENT", "flagged", "identity", "kind")
            lines.append("\t".join([name, *(str(row[key]) for key in keys)]))
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description="Judge the extractor on a folder of documents with truth.")
    parser.add_argument("folder", nargs="?", type=Path, default=COMMITTED)
    parser.add_argument("--worst", type=int, default=15)
    parser.add_argument("--match", default="", help="only documents with this in their name or deviations")
    args = parser.parse_args()
    verdicts = [
        judge_safely(path, truth)
        for path, truth in documents(args.folder)
        if args.match in path.name or args.match in truth["deviations"]
    ]
    print("\n".join(format_table(verdicts)).expandtabs(14))
    print()
    print("\n".join(deviation_table(verdicts)).expandtabs(26))

    def weight(verdict: Verdict) -> tuple[int, ...]:
        wrong = sum(found == "WRONG" for found in verdict.identity.values())
        return (
            verdict.kind == "CRASH",
            verdict.silent,
            verdict.kind == "WRONG",
            wrong,
            verdict.cells["flagged"],
        )

    for verdict in sorted(verdicts, key=weight, reverse=True)[: args.worst]:
        if verdict.problems:
            print(f"\n{verdict.name}  [{', '.join(verdict.deviations)}]")
            for problem in verdict.problems[:8]:
                print(f"    {problem}")
            if len(verdict.problems) > 8:
                print(f"    … {len(verdict.problems) - 8} more")
    return 1 if any(verdict.silent or verdict.kind == "CRASH" for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
