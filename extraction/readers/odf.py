"""OpenDocument text and workbooks: ODT, ODS, and their flat forms in one XML file (FODT, FODS)."""

from __future__ import annotations

from collections.abc import Iterator

from extraction.document import Document, Fact, ReadIssue, UnreadableError
from extraction.readers.inner_pictures import finish
from extraction.readers.odf_sheets import SheetReader
from extraction.readers.odf_text import Reader
from extraction.readers.sheet_blocks import members
from extraction.readers.zipped import FlatPackage, Package, parse_xml

TEXT = "application/vnd.oasis.opendocument.text"
SHEET = "application/vnd.oasis.opendocument.spreadsheet"
FLAT = "-flat-xml"
"""What the media types of the flat forms end with."""
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CORE = {"title": "dc:title", "creator": "dc:creator", "date": "dc:date", "subject": "dc:subject"}


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read an ODT or ODS file, or one in one XML file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: neither, or cut short, encrypted, damaged or hostile.
    """
    del url
    flat = not data.startswith(b"PK")
    package = _flat(data) if flat else Package(data, "OpenDocument")
    if "content.xml" not in package:
        raise UnreadableError("malformed", "the OpenDocument file has no content.xml")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise UnreadableError("encrypted", "the OpenDocument file is protected by a password")
    root = package.xml("content.xml")
    body = root.find(f"{_OFFICE}body")
    if body is None:
        raise UnreadableError("malformed", "content.xml has no body")
    roots = [package.xml("styles.xml"), root] if "styles.xml" in package else [root]
    reader = SheetReader(roots, package)
    facts = tuple(_facts(package, reader))
    text, sheets = body.find(f"{_OFFICE}text"), body.find(f"{_OFFICE}spreadsheet")
    if text is not None:
        blocks = tuple(reader.blocks(text, "content.xml#text"))
        return finish(Document(TEXT + FLAT * flat, blocks, facts=facts, issues=reader.issues()))
    if sheets is None:
        raise UnreadableError("unsupported_format", "the OpenDocument file is neither text nor workbook")
    found = list(reader.sheets(sheets))
    blocks = tuple(block for _, part in found for block in part)
    parts = members(SHEET + FLAT * flat, found, facts)
    return Document(SHEET + FLAT * flat, blocks, facts=facts, issues=reader.issues(), members=parts)


def _flat(data: bytes) -> Package:
    root = parse_xml(data, "the OpenDocument file", huge=True)
    if root.tag != f"{_OFFICE}document":
        raise UnreadableError("malformed", "this is no OpenDocument file")
    parts = {f"{name}.xml": root.find(f"{_OFFICE}{name}") for name in ("meta", "settings")}
    held = {name: part for name, part in parts.items() if part is not None}
    return FlatPackage("OpenDocument", {"content.xml": root, **held})


def _facts(package: Package, reader: Reader) -> Iterator[Fact]:
    if "meta.xml" not in package:
        return
    try:
        root = package.xml("meta.xml")
    except UnreadableError as error:
        reader.doubts["part_unreadable"] = ReadIssue("part_unreadable", "warning", str(error))
        return
    for element in root.iter():
        name = _CORE.get(str(element.tag).rpartition("}")[2])
        if name and (value := (element.text or "").strip()):
            yield Fact(name, value, "properties")
