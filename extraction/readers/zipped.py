"""Opening a file that is a ZIP of parts (DOCX, XLSX, OFD, ZIP) without trusting it.

Every limit is checked before bytes are unpacked *and* while they are: the sizes in a ZIP directory are
only claims. XML is parsed without entities, without a DTD and without the network.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import struct
import zipfile
import zlib

from lxml import etree

from extraction.document import UnreadableError

MAX_PARTS = 10_000
MAX_PART_BYTES = 24 * 1024 * 1024
MAX_TOTAL_BYTES = 256 * 1024 * 1024
MAX_RATIO = 1000
"""Honest XML compresses by 10 to 100; deflate cannot exceed about 1030."""

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    OSError,
    RuntimeError,
    IndexError,
    KeyError,
    OverflowError,
)
# ISO/IEC 29500 Strict files name the same elements otherwise; one spelling is enough behind this line.
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
    ),
    (b"http://purl.oclc.org/ooxml/spreadsheetml/", b"http://schemas.openxmlformats.org/spreadsheetml/2006/"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/",
        b"http://schemas.openxmlformats.org/officeDocument/2006/",
    ),
)


class Package:
    """The parts of a ZIP file held in memory.

    Args:
        data: the whole file.
        what: how messages name the file (``DOCX``, ``OFD``).
        twice: whether unlike parts may have one name, as files whose names a program lost do.

    Raises:
        UnreadableError: the bytes are empty, cut short, encrypted, hostile or no ZIP at all.
    """

    def __init__(self, data: bytes, what: str, *, twice: bool = False) -> None:
        self.what = what
        if not data:
            raise UnreadableError("empty", f"the {what} file has no bytes")
        if data.startswith(OLE_MAGIC):
            if "EncryptedPackage".encode("utf-16-le") in data:
                raise UnreadableError("encrypted", f"the {what} file is protected by a password")
            raise UnreadableError("malformed", f"this is an OLE compound file, not a {what} file")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except (*_ZIP_ERRORS, NotImplementedError) as error:
            if data.startswith(ZIP_MAGIC[:2]):
                raise UnreadableError(
                    "truncated",
                    f"the {what} file has no readable ZIP directory; it was cut short or damaged ({error})",
                ) from error
            raise UnreadableError("malformed", f"this is not a {what} file: no ZIP signature") from error
        if len(entries) > MAX_PARTS:
            raise UnreadableError(
                "too_large", f"the {what} file has {len(entries)} parts, more than {MAX_PARTS}"
            )
        self.entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            first = self.entries.setdefault(entry.filename, entry)
            if first.CRC == entry.CRC and first.file_size == entry.file_size:
                continue
            if not twice:
                # Programs differ in which of the two they show.
                raise UnreadableError("malformed", f"the {what} file has two parts {entry.filename}")
            self.entries[f"{entry.filename}\0{len(self.entries)}"] = entry
        self._unpacked = 0

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def read(self, name: str, limit: int = MAX_PART_BYTES) -> bytes:
        """The bytes of one part.

        Raises:
            UnreadableError: the part is missing, encrypted, damaged or larger than the limits.
        """
        entry = self.entries.get(name)
        if entry is None:
            raise UnreadableError("malformed", f"the {self.what} file has no part {name}")
        if entry.flag_bits & 0x1:
            raise UnreadableError(
                "encrypted", f"part {name} of the {self.what} file is protected by a password"
            )
        if entry.compress_type not in _METHODS:
            raise UnreadableError("unsupported_format", f"part {name} uses ZIP method {entry.compress_type}")
        if entry.file_size > limit or entry.file_size > MAX_RATIO * max(entry.compress_size, 100):
            raise UnreadableError("too_large", f"part {name} claims to unpack to {entry.file_size} bytes")
        try:
            with self._zip.open(entry) as stream:
                body = stream.read(limit + 1)
        except (*_ZIP_ERRORS, NotImplementedError) as error:
            raise UnreadableError(
                "truncated", f"part {name} of the {self.what} file is damaged ({error})"
            ) from error
        self._unpacked += len(body)
        if len(body) > limit or self._unpacked > MAX_TOTAL_BYTES:
            raise UnreadableError(
                "too_large", f"part {name} of the {self.what} file unpacks beyond the limit"
            )
        return body

    def xml(self, name: str) -> etree._Element:
        """The root element of one XML part."""
        body = self.read(name)
        for strict, transitional in _STRICT:
            if strict in body:
                body = body.replace(strict, transitional)
        return parse_xml(body, name)

    def relationships(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Relationships of a part: id -> (kind, target, external). ``""`` stands for the package itself.

        The kind is the last segment of the relationship type; internal targets are resolved to part names.
        """
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", base + ".rels")
        if name not in self:
            return {}
        found: dict[str, tuple[str, str, bool]] = {}
        for element in self.xml(name).iter(f"{{{_RELATIONSHIPS}}}Relationship"):
            target = element.get("Target", "")
            external = element.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], target, external)
        return found


class FlatPackage(Package):
    """The parts of one XML file, as those of a ZIP.

    Args:
        what: how messages name the file.
        parts: the root element of each part.
    """

    def __init__(self, what: str, parts: dict[str, etree._Element]) -> None:
        self.what = what
        self._parts = parts

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def read(self, name: str, limit: int = 0) -> bytes:
        """Parts are elements here; the bytes of none are kept.

        Raises:
            UnreadableError: always.
        """
        del limit
        raise UnreadableError("unsupported_format", f"part {name} of a {self.what} file")

    def xml(self, name: str) -> etree._Element:
        """The root element of one part."""
        if name not in self._parts:
            raise UnreadableError("malformed", f"the {self.what} file has no part {posixpath.basename(name)}")
        return self._parts[name]


def parse_xml(body: bytes, name: str, *, huge: bool = False) -> etree._Element:
    """Parse XML that may be hostile; `huge` where one text may be long (a picture in a Word XML file).

    Raises:
        UnreadableError: it is not well-formed, or declares a DTD (no honest Office or OFD part does).
    """
    head = body[:4096].replace(b"\0", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise UnreadableError("malformed", f"{name} declares a document type; entities are not accepted")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=huge,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("malformed", f"{name} is not well-formed XML ({error})") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError("malformed", f"{name} declares a document type; entities are not accepted")
    return root


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
