"""Archives that hold a report: of the files in it, the one that looks most like the report is read.

Departments upload ``年报.zip`` with one DOCX inside, or the same report as DOC and PDF, or its pages as
pictures; counties a file, or an archive, for each department, which are then the members of the document.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from extraction import ocr
from extraction.document import Block, Document, Member, ReadIssue, Table, UnreadableError
from extraction.readers import reader
from extraction.readers.unpack import MAX_ALL, TYPES, Inner, unpack
from extraction.sniff import EMPTY, UNKNOWN, sniff

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
_PICTURES = frozenset({"jpg", "jpeg", "png", "tif", "tiff", "bmp", "gif", "webp"})
_ARCHIVES = frozenset({"zip", "rar", "7z", "tar", "gz", "tgz"})
_OTHERS = frozenset(
    re.findall(
        r"\w+",
        "css js json ini inf log url lnk db dat bat exe dll msi apk ttf otf woff woff2 eot ico svg emf wmf "
        "wmz psd cdr mp3 wav m4a mp4 avi mov wmv flv mkv swf mso thmx xsl rels",
    )
)
"""Names of what a report never is: parts of saved pages, programs, fonts, films."""
_PARTS_OF_A_PAGE = re.compile(r"(?:\.files|_files|__MACOSX)/", re.IGNORECASE)
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
    failures: dict[str, UnreadableError] = {}
    inside = unpack(data, kind if kind in TYPES else MEDIA_TYPE, is_candidate)
    candidates = sorted(_opened(inside, failures), key=_order)
    documents = [inner for inner in candidates if _extension(inner.name) not in _PICTURES]
    if not candidates and not failures:
        raise UnreadableError("unsupported_format", f"the {what} file holds no document of a known kind")
    found: list[Member] = []
    alone = len({_stem(inner.name) for inner in documents}) == 1
    for inner in documents[:MAX_FILES]:
        try:
            document = _read(inner, url, copy=alone and bool(found))
        except UnreadableError as error:
            failures[inner.name] = error
            continue
        if document is not None:
            found.append(Member(inner.name, replace(_placed(document, inner.name), media_type=kind)))
    if found:
        names = [inner.name for inner in documents]
        copies = {_stem(name) for name in names} if alone else set()
        lost = {name: error for name, error in failures.items() if _stem(name) not in copies}
        return _document(found, names, lost)
    if pictures := sorted((inner for inner in candidates if inner not in documents), key=_natural):
        return replace(_album(pictures[:MAX_FILES]), media_type=kind)
    if failures:
        raise next(iter(failures.values()))
    raise UnreadableError("unsupported_format", f"the {what} file holds no document of a known kind")


def is_candidate(name: str) -> bool:
    """Whether a file may be the report or a page of it; what it is, its content says."""
    base = posixpath.basename(name)
    return (
        not base.startswith(("~$", "._", ".")) and "__MACOSX/" not in name and _extension(name) not in _OTHERS
    )


def _opened(inside: Iterable[Inner], failures: dict[str, UnreadableError]) -> Iterator[Inner]:
    """The files; of archives among them (a county's, of one for each department) what they hold, one deep."""
    total = count = 0
    for inner in inside:
        if _extension(inner.name) not in _ARCHIVES:
            yield inner
            continue
        count += 1
        if count > MAX_FILES:
            raise UnreadableError("too_large", f"more than {MAX_FILES} archives inside an archive")
        try:
            body = inner.read()
            held = unpack(body, kind, is_candidate) if (kind := sniff(body)) in TYPES else []
        except UnreadableError as error:
            failures[inner.name] = error
            continue
        total += sum(one.size for one in held)
        if total > MAX_ALL:
            raise UnreadableError("too_large", "the archives inside the archive unpack beyond the limit")
        for one in held:
            yield replace(one, name=posixpath.join(inner.name, one.name or "1"))


def _read(inner: Inner, url: str | None, *, copy: bool) -> Document | None:
    """The document in a file; None where neither name nor content says that it is one.

    Args:
        inner: the file.
        url: handed on.
        copy: it is the same report in another format: not worth the recognition of a scan.
    """
    body = inner.read()
    media_type = sniff(body)
    if media_type in (EMPTY, UNKNOWN) and _extension(inner.name) not in _RANK:
        return None
    if media_type in TYPES:
        raise UnreadableError("unsupported_format", "an archive, or a document that was cut short")
    if copy and media_type == "application/pdf":
        return reader(media_type)(body, url=url, recognise=None)
    return reader(media_type)(body, url=url)


def _album(pictures: list[Inner]) -> Document:
    """Pictures only: the pages of one report."""
    from extraction.readers.picture import MEDIA_TYPES as KINDS
    from extraction.readers.picture import read_all

    bodies = [(inner.name, body) for inner in pictures if sniff(body := inner.read()) in KINDS]
    if not bodies:
        raise UnreadableError("unsupported_format", "the pictures in the archive are of no known kind")
    ocr.require("the archive holds only pictures")
    document, of = read_all([body for _, body in bodies])

    def name(page: int | None) -> str:
        return f"{bodies[of[(page or 1) - 1]][0]}!"

    blocks: list[Block] = []
    for block in document.blocks:
        if isinstance(block, Table):
            cells = tuple(replace(cell, path=name(cell.page)) for cell in block.cells)
            blocks.append(Table(cells, exact=block.exact))
        else:
            blocks.append(replace(block, path=name(block.page)))
    return replace(document, blocks=tuple(blocks))


def _natural(inner: Inner) -> list[tuple[int, str]]:
    """Page 10 behind page 9."""
    return [
        (len(part.lstrip("0")), part) if part.isdecimal() else (0, part)
        for part in re.split(r"([0-9]+)", inner.name)
    ]


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


def _document(found: list[Member], names: list[str], lost: dict[str, UnreadableError]) -> Document:
    """The file that looks most like the report; the others are its members, as they may be reports too."""
    first = found[0]
    issues = list(first.document.issues)
    if lost:
        shown = "; ".join(f"{name}: {error}" for name, error in list(lost.items())[:_NAMED])
        message = f"{len(lost)} files of the archive cannot be read: {shown}"
        issues.append(ReadIssue("part_unreadable", "warning", message))
    if len(names) > MAX_FILES:
        message = f"the archive holds {len(names)} files; the first {MAX_FILES} were read"
        issues.append(ReadIssue("part_unreadable", "error", message))
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
