"""Word documents in one XML file: Word 2003 XML, and the flat form of DOCX (both often named ``.doc``).

Both hold the elements of a DOCX, in other wrappings; they are unwrapped and read as one.
"""

from __future__ import annotations

from lxml import etree

from extraction.document import Document, UnreadableError
from extraction.readers import docx
from extraction.readers.word_numbering import W
from extraction.readers.zipped import FlatPackage, parse_xml

WORD_2003 = "application/vnd.ms-word.2003+xml"
FLAT_DOCX = "application/vnd.ms-word.flat+xml"

_W2003 = "{http://schemas.microsoft.com/office/word/2003/wordml}"
_WX = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_RENAMED = {"vmerge": "vMerge", "hmerge": "hMerge"}
_MAIN = "word/document.xml"


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read a Word document in one XML file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: neither form, or not well-formed, or hostile.
    """
    del url
    root = parse_xml(data, "the Word XML file", huge=True)
    if root.tag == f"{_PKG}package":
        return docx.read_package(FlatPackage("Word XML", _parts(root)), FLAT_DOCX)
    if root.tag != f"{_W2003}wordDocument":
        raise UnreadableError("malformed", "this is no Word XML file")
    return docx.read_package(FlatPackage("Word XML", {_MAIN: _renamed(root)}), WORD_2003)


def _renamed(root: etree._Element) -> etree._Element:
    """The elements under the names they have in DOCX, without the wrappers of hints around sections."""
    for element in list(root.iter(f"{_WX}*")):
        if str(element.tag).rpartition("}")[2] in {"sect", "sub-section", "borders"}:
            _unwrap(element)
    for element in root.iter(f"{_W2003}*"):
        name = str(element.tag).rpartition("}")[2]
        element.tag = W + _RENAMED.get(name, name)
        for attribute, value in list(element.attrib.items()):
            if str(attribute).startswith(_W2003):
                del element.attrib[attribute]
                element.set(W + str(attribute).rpartition("}")[2], value)
    return root


def _unwrap(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for child in reversed(list(element)):
        parent.insert(at, child)
    parent.remove(element)


def _parts(root: etree._Element) -> dict[str, etree._Element]:
    found = {}
    for part in root.iterfind(f"{_PKG}part"):
        inner = part.find(f"{_PKG}xmlData")
        if inner is not None and len(inner):
            found[part.get(f"{_PKG}name", "").lstrip("/")] = inner[0]
    return found
