"""Archives that hold a report: of the files in it, the one that looks most like the report is read.

Departments upload ``年报.zip`` with one DOCX inside, or the same report as DOC and PDF; counties a file for
each department, which are then the members of the document.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from extraction.document import Block, Document, Member, ReadIssue, Table, UnreadableError
from extraction.readers import reader
from extraction.readers.unpack import TYPES, Inner, unpack
from extraction.sniff import sniff

MEDIA_TYPE = "application/zip"
MAX_FILES = 300
"""Files read of one archive; a county's compilation has about a hundred."""

_NAMED = 10
"""Files named in an issue."""


_RANK = {
    extension: rank
    for rank, extension in enumerate(
        (
            "docx",
            "doc",
            "wps",
            "odt",
            "html",
            "htm",
            "mht",
            "rtf",
            "xlsx",
            "xls",
            "et",
            "ods",
            "pdf",
            "ofd",
            "txt",
        )
    )
}
"""What keeps a table's structure best comes first."""
_LIKE = re.compile(r"年度报告|年报|政府信息公开|信息公开工作|report", re.IGNORECASE)
_UNLIKE = re.compile(r"图解|一图|解读|网站工作|通知|说明|封面")
_ATTACHED = re.compile(r"附[件表]|统计表")


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read the report inside an archive.

    Args:
        data: the file.
        url: handed on to the reader of what is inside.

    Raises:
        UnreadableError: nothing that can be read inside, damaged, encrypted or hostile, or (RAR, 7z) the
            library that unpacks it is missing.
    """
    kind = sniff(data)
    what = TYPES.get(kind, "ZIP")
    candidates = sorted(unpack(data, kind if kind in TYPES else MEDIA_TYPE, is_candidate), key=_order)
    if not candidates:
        raise UnreadableError("unsupported_format", f"the {what} file holds no document of a known kind")
    failures: list[UnreadableError] = []
    found: list[Member] = []
    alone = len({_stem(inner.name) for inner in candidates}) == 1
    for inner in candidates[:MAX_FILES]:
        body = inner.read()
        media_type = sniff(body)
        if media_type in TYPES:
            continue  # archives in archives are not followed
        try:
            document = reader(media_type)(body, url=url)
        except UnreadableError as error:
            failures.append(error)
            continue
        found.append(Member(inner.name, replace(_placed(document, inner.name), media_type=kind)))
        if alone:
            break  # the same report in another format
    if found:
        return _document(found, [inner.name for inner in candidates])
    if failures:
        raise failures[0]
    raise UnreadableError("unsupported_format", f"the {what} file holds only other archives")


def is_candidate(name: str) -> bool:
    """Whether a file may be the report, by its name."""
    base = posixpath.basename(name)
    return _extension(name) in _RANK and not base.startswith(("~$", "._", ".")) and "__MACOSX/" not in name


def _extension(name: str) -> str:
    return posixpath.basename(name).rpartition(".")[2].lower()


def _order(inner: Inner) -> tuple[int, int, int, str]:
    """What looks most like the report first; of several formats, what keeps a table's structure best."""
    base = posixpath.basename(inner.name)
    likeness = (
        int(bool(_LIKE.search(base)))
        - 2 * int(bool(_UNLIKE.search(base)))
        - int(bool(_ATTACHED.search(base)))
    )
    return (-likeness, _RANK.get(_extension(inner.name), len(_RANK)), -inner.size, inner.name)


def _stem(name: str) -> str:
    return posixpath.splitext(name)[0]


def _document(found: list[Member], names: list[str]) -> Document:
    """The file that looks most like the report; the others are its members, as they may be reports too."""
    first = found[0]
    issues = list(first.document.issues)
    if len(names) > 1:
        others = [name for name in names if name != first.name]
        same = all(_stem(other) == _stem(first.name) for other in others)
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        issues.append(
            ReadIssue(
                "several_documents",
                "note" if same else "warning",
                f"read {first.name}; not read: {', '.join(others[:_NAMED])}{more}",
            )
        )
    parts = tuple(sorted(found, key=lambda member: member.name)) if len(found) > 1 else ()
    return replace(first.document, issues=tuple(issues), members=parts)


def _placed(document: Document, name: str) -> Document:
    """The document with the file's name in front of every path."""
    blocks: list[Block] = []
    for block in document.blocks:
        if isinstance(block, Table):
            cells = tuple(replace(cell, path=f"{name}!{cell.path or ''}") for cell in block.cells)
            blocks.append(Table(cells, exact=block.exact))
        else:
            blocks.append(replace(block, path=f"{name}!{block.path or ''}"))
    inner = document.pictured
    pictured = None if inner is None else partial(_pictured, inner, name)
    return replace(document, blocks=tuple(blocks), pictured=pictured)


def _pictured(inner: Callable[[Document], Document], name: str, document: Document) -> Document:
    """The document with its pictures read; what they add gets the file's name too."""
    before = {id(block) for block in document.blocks}
    read = inner(document)
    added = _placed(replace(read, blocks=tuple(b for b in read.blocks if id(b) not in before)), name).blocks
    named = iter(added)
    return replace(read, blocks=tuple(b if id(b) in before else next(named) for b in read.blocks))
