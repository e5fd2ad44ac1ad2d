"""ZIP files that hold a report: the one file in it that looks most like the report is read.

Departments upload ``年报.zip`` with one DOCX inside, or the same report as DOC and PDF. RAR needs an
unpacker that is not free to bundle, so it is named and refused.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import replace

from extraction.document import Block, Document, Member, ReadIssue, Table, UnreadableError
from extraction.readers import reader
from extraction.readers.zipped import Package
from extraction.sniff import sniff

MEDIA_TYPE = "application/zip"
MAX_FILES = 300
"""Files read of one archive; a county's compilation has about a hundred."""

_NAMED = 10
"""Files named in an issue."""

MAX_FILE = 64 * 1024 * 1024

_RANK = {
    extension: rank
    for rank, extension in enumerate(
        ("docx", "doc", "wps", "html", "htm", "rtf", "xlsx", "xls", "et", "pdf", "ofd", "txt")
    )
}
"""What keeps a table's structure best comes first."""
_LIKE = re.compile(r"年度报告|年报|政府信息公开|信息公开工作|report", re.IGNORECASE)
_UNLIKE = re.compile(r"图解|一图|解读|网站工作|通知|说明|封面")
_ATTACHED = re.compile(r"附[件表]|统计表")
_CONTAINERS = {"application/zip", "application/vnd.rar"}


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read the report inside a ZIP file.

    Args:
        data: the file.
        url: handed on to the reader of what is inside.

    Raises:
        UnreadableError: a RAR file, nothing that can be read inside, or the ZIP is damaged or hostile.
    """
    if data.startswith(b"Rar!"):
        raise UnreadableError(
            "unsupported_format", "RAR archives are not read; unpack it and offer what is inside"
        )
    package = Package(data, "ZIP")
    candidates = sorted(_candidates(package))
    if not candidates:
        raise UnreadableError("unsupported_format", "the ZIP file holds no document of a known kind")
    failures: list[UnreadableError] = []
    found: list[Member] = []
    alone = len({_stem(name) for _, name, _ in candidates}) == 1
    for _, name, part in candidates[:MAX_FILES]:
        body = package.read(part, limit=MAX_FILE)
        media_type = sniff(body)
        if media_type in _CONTAINERS:
            continue  # archives in archives are not followed
        try:
            document = reader(media_type)(body, url=url)
        except UnreadableError as error:
            failures.append(error)
            continue
        found.append(Member(name, _placed(document, name)))
        if alone:
            break  # the same report in another format
    if found:
        return _document(found, [name for _, name, _ in candidates])
    if failures:
        raise failures[0]
    raise UnreadableError("unsupported_format", "the ZIP file holds only other archives")


def _candidates(package: Package) -> list[tuple[tuple[int, int, int, str], str, str]]:
    """(order, name as shown, name in the ZIP) of each file that may be the report."""
    found = []
    for part, entry in package.entries.items():
        name = shown_name(entry)
        base = posixpath.basename(name)
        extension = base.rpartition(".")[2].lower()
        if (
            entry.is_dir()
            or extension not in _RANK
            or base.startswith(("~$", "._", "."))
            or "__MACOSX/" in name
        ):
            continue
        likeness = (
            int(bool(_LIKE.search(base)))
            - 2 * int(bool(_UNLIKE.search(base)))
            - int(bool(_ATTACHED.search(base)))
        )
        found.append(((-likeness, _RANK[extension], -entry.file_size, name), name, part))
    return found


def shown_name(entry: zipfile.ZipInfo) -> str:
    """A file's name; without the UTF-8 flag, Chinese programs write GB18030."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        octets = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


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
    return replace(document, media_type=MEDIA_TYPE, blocks=tuple(blocks))
