"""OFD files (GB/T 33190, the national fixed-layout format): glyphs and lines by position, as in PDF.

Everything stands in millimetres from the upper left corner. A text object names the position of each
character by its advances, so no font is needed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from extraction import ocr
from extraction.document import Box, Document, Fact, ReadIssue, UnreadableError
from extraction.readers.ofd_paths import IDENTITY, POINTS, Matrix, decimal, is_curved, placed, shape, split
from extraction.readers.ofd_pictures import pictures_on, with_pictures
from extraction.readers.ofd_seen import Seen, clips, shown_by_annotations
from extraction.readers.page import Glyph, Page
from extraction.readers.page_layout import compose
from extraction.readers.zipped import Package
from extraction.values import is_figure

MEDIA_TYPE = "application/ofd"

MAX_PAGES = 1_000
MAX_GLYPHS = 1_000_000
MAX_OBJECTS = 1_000_000
MAX_DEPTH = 8
ASCENT, DESCENT = 0.88, 0.12
"""Of the font size, above and below the base line."""

_INFO = {
    "Title": "dc:title", "Author": "dc:creator", "Subject": "dc:subject", "CreationDate": "dcterms:created",
    "ModDate": "dcterms:modified", "Creator": "ofd:Creator",
}  # fmt: skip


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read an OFD file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: not an OFD, cut short, encrypted, hostile, or pictures without text.
    """
    del url
    package = Package(data, "OFD")
    root = package.xml("OFD.xml")
    body = root.find("{*}DocBody")
    start = None if body is None else body.find("{*}DocRoot")
    if body is None or start is None or not start.text:
        raise UnreadableError("malformed", "OFD.xml names no document")
    reader = _Reader(package, _current(package, body) or _resolve("OFD.xml", start.text.strip()))
    pages = reader.pages()
    issues = list(reader.issues)
    scan = not any(page.glyphs for page in pages)
    unread = any(pictures_on(page, reader.pictures) for page in pages)
    if scan and reader.pictures:
        ocr.require("the OFD file is a scan")
        pages, more = with_pictures(pages, reader.pictures, reader.picture)
        if not any(page.glyphs for page in pages):
            lost = next((issue.message for issue in more if issue.code == "picture_unread"), None)
            raise UnreadableError(
                "malformed" if lost else "no_text",
                lost or "the OFD file is a scan in which no text was found",
            )
        issues += more
        unread = False
    bare = [page.number for page in pages if not page.glyphs and page.number in reader.pictures]
    if bare:
        issues.append(ReadIssue("needs_ocr", "warning", f"pages without text, only pictures: {bare}"))
    if len(root.findall("{*}DocBody")) > 1:
        issues.append(
            ReadIssue("several_documents", "warning", "only the first of several documents was read")
        )
    layout = compose(pages)

    def pictured(document: Document) -> Document:
        found, more = with_pictures(pages, reader.pictures, reader.picture)
        composed = compose(found)
        said = [issue for issue in document.issues if issue.code != "needs_ocr"]
        new = [issue for issue in (*more, *composed.issues) if issue not in said]
        return replace(document, blocks=tuple(composed.blocks), issues=(*said, *new), pictured=None)

    return Document(
        MEDIA_TYPE,
        tuple(layout.blocks),
        facts=tuple(_facts(body)),
        issues=(*issues, *layout.issues),
        pages=len(pages),
        pictured=pictured if unread else None,
    )


def _current(package: Package, body: etree._Element) -> str | None:
    """The document as last changed, where the file keeps what it was before.

    Raises:
        UnreadableError: the file does not hold it; what it was before is another document.
    """
    for version in body.iterfind("{*}Versions/{*}Version"):
        if version.get("Current") != "true":
            continue
        part = _resolve("OFD.xml", version.get("BaseLoc", ""))
        root = (package.xml(part).findtext("{*}DocRoot") or "").strip()
        if not root:
            raise UnreadableError("malformed", f"the OFD file's current version ({part}) names no document")
        return _resolve(part, root)
    return None


def _facts(body: etree._Element) -> Iterator[Fact]:
    for element in body.iterfind("{*}DocInfo/*"):
        name = _INFO.get(str(element.tag).rpartition("}")[2])
        value = (element.text or "").strip()
        if name and value:
            yield Fact(name, value, "properties")


def _resolve(part: str, location: str) -> str:
    if location.startswith("/"):
        return location.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), location))


class _Reader:
    def __init__(self, package: Package, part: str) -> None:
        self._package = package
        self._part = part
        self._root = package.xml(part)
        self._glyphs = self._objects = 0
        self._templates = {
            element.get("ID", ""): _resolve(part, element.get("BaseLoc", ""))
            for element in self._root.iterfind("{*}CommonData/{*}TemplatePage")
        }
        self.issues: list[ReadIssue] = []
        self.pictures: dict[int, list[tuple[str, Box]]] = {}
        self._media: dict[str, str] | None = None
        self._units: dict[str, etree._Element] | None = None
        self._seen = Seen()

    def pages(self) -> list[Page]:
        """All pages in order.

        Raises:
            UnreadableError: there are none, or too many.
        """
        entries = self._root.findall("{*}Pages/{*}Page")
        if not entries:
            raise UnreadableError("malformed", "the OFD file has no pages")
        if len(entries) > MAX_PAGES:
            raise UnreadableError(
                "too_large", f"the OFD file has {len(entries)} pages, more than {MAX_PAGES}"
            )
        default = self._root.find("{*}CommonData/{*}PageArea/{*}PhysicalBox")
        pages = []
        annotated = dict(self._annotations())
        for number, entry in enumerate(entries, start=1):
            root = self._package.xml(_resolve(self._part, entry.get("BaseLoc", "")))
            box = root.find("{*}Area/{*}PhysicalBox")
            area = _numbers((box if box is not None else default), 4) or (0.0, 0.0, 210.0, 297.0)
            page = Page(number, area[2] * POINTS, area[3] * POINTS)
            self._seen = Seen()
            for template in root.iterfind("{*}Template"):
                part = self._templates.get(template.get("TemplateID", ""), "")
                if part in self._package:
                    self._draw(self._package.xml(part), page, area)
            self._draw(root, page, area)
            self._seen.annotated = [
                tuple(edge * POINTS for edge in box)  # type: ignore[misc]
                for box in annotated.get(entry.get("ID", ""), ())
            ]
            self._seen.finish(page)
            pages.append(page)
        return pages

    def _annotations(self) -> Iterator[tuple[str, list[Box]]]:
        """The boxes of what annotations show, by the page's ID."""
        entry = self._root.find("{*}Annotations")
        part = _resolve(self._part, (entry.text or "").strip()) if entry is not None else ""
        if part not in self._package:
            return
        for page in self._package.xml(part).iterfind("{*}Page"):
            file = _resolve(part, (page.findtext("{*}FileLoc") or "").strip())
            if file in self._package:
                yield page.get("PageID", ""), list(shown_by_annotations(self._package.xml(file)))

    def _draw(self, root: etree._Element, page: Page, area: tuple[float, ...]) -> None:
        for layer in root.iterfind("{*}Content/{*}Layer"):
            self._objects_of(layer, page, (-area[0], -area[1]), IDENTITY, 0)

    def _objects_of(
        self, parent: etree._Element, page: Page, origin: tuple[float, float], base: Matrix, depth: int
    ) -> None:
        for element in parent.iterfind(".//*"):
            name = str(element.tag).rpartition("}")[2]
            if name not in ("TextObject", "PathObject", "ImageObject", "CompositeObject"):
                continue
            self._objects += 1
            if self._objects > MAX_OBJECTS:
                raise UnreadableError("too_large", f"the OFD file has more than {MAX_OBJECTS} objects")
            if element.get("Visible") == "false":
                continue
            at, matrix = placed(element, origin, base)
            if name == "TextObject":
                self._text(element, matrix, at, page)
            elif name == "PathObject":
                if (box := shape(element, matrix, at, page)) is not None:
                    self._seen.path(self._objects, element, box, curved=is_curved(element))
            elif name == "ImageObject":
                self._image(element, page, self._box(element, at, base))
            elif (unit := self._unit(element.get("ResourceID", ""))) is not None and depth < MAX_DEPTH:
                self._objects_of(unit, page, at, matrix, depth + 1)
            else:
                self._seen.picture(page, self._box(element, at, base))

    @staticmethod
    def _box(element: etree._Element, at: tuple[float, float], base: Matrix) -> Box:
        """What an object's Boundary covers, in points."""
        _, _, width, height = split(element.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
        x, y = at[0] * POINTS, at[1] * POINTS
        return x, y, x + width * base[0] * POINTS, y + height * base[3] * POINTS

    def _unit(self, resource: str) -> etree._Element | None:
        """The content of a group of objects that pages show by its number."""
        if self._units is None:
            self._units = {
                unit.get("ID", ""): unit
                for root, _ in self._resources()
                for unit in root.iterfind("{*}CompositeGraphicUnits/{*}CompositeGraphicUnit")
            }
        unit = self._units.get(resource)
        return None if unit is None else unit.find("{*}Content")

    def _image(self, element: etree._Element, page: Page, box: Box) -> None:
        self._seen.picture(page, box)
        self.pictures.setdefault(page.number, []).append((element.get("ResourceID", ""), box))

    def picture(self, resource: str) -> tuple[str, bytes]:
        """The name and the bytes of a picture.

        Raises:
            UnreadableError: it is not in the file, or damaged.
        """
        if self._media is None:
            self._media = dict(self._media_files())
        name = self._media.get(resource, "")
        return name, self._package.read(name)

    def _media_files(self) -> Iterator[tuple[str, str]]:
        for root, part in self._resources():
            base = root.get("BaseLoc", "")
            for media in root.iterfind("{*}MultiMedias/{*}MultiMedia"):
                file = (media.findtext("{*}MediaFile") or "").strip()
                yield media.get("ID", ""), _resolve(part, posixpath.join(base, file))

    def _resources(self) -> Iterator[tuple[etree._Element, str]]:
        for kind in ("PublicRes", "DocumentRes"):
            for entry in self._root.iterfind(f"{{*}}CommonData/{{*}}{kind}"):
                part = _resolve(self._part, (entry.text or "").strip())
                if part in self._package:
                    yield self._package.xml(part), part

    def _text(self, element: etree._Element, matrix: Matrix, origin: tuple[float, float], page: Page) -> None:
        size = decimal(element.get("Size"), 0.0)
        stretch = decimal(element.get("HScale"), 1.0)
        a, b, c, d, e, f = matrix
        if abs(b) > 0.05 * abs(a) or abs(c) > 0.05 * abs(d):
            if "text_askew" not in [issue.code for issue in self.issues]:
                self.issues.append(
                    ReadIssue("text_askew", "note", f"page {page.number}: turned text was left out")
                )
            if is_figure("".join(code.text or "" for code in element.iterfind("{*}TextCode"))):
                self._seen.picture(page, self._box(element, origin, IDENTITY))
            return
        fill = element.find("{*}FillColor")
        colour = ("0 0 0", None) if fill is None else (fill.get("Value"), fill.get("Alpha"))
        # Which number its font has depends on how that was cut into subsets.
        page.styles[self._objects] = ((*colour, element.get("Alpha")), None)
        self._seen.text(self._objects, element)
        areas = clips(element)
        x = y = 0.0
        for code in element.iterfind("{*}TextCode"):
            text = code.text or ""
            x, y = decimal(code.get("X"), x), decimal(code.get("Y"), y)
            across, downwards = _deltas(code.get("DeltaX"), len(text)), _deltas(code.get("DeltaY"), len(text))
            self._glyphs += len(text)
            if self._glyphs > MAX_GLYPHS:
                raise UnreadableError("too_large", f"the OFD file has more than {MAX_GLYPHS} characters")
            for index, character in enumerate(text):
                own = size * stretch * (0.5 if character < "\x7f" else 1.0)
                step = across[index] if index < len(across) else own
                width = min(step, own) if step > 0 else own
                left, right = a * x + e, a * (x + width) + e
                top, bottom = d * (y - ASCENT * size) + f, d * (y + DESCENT * size) + f
                page.glyphs.append(
                    Glyph(
                        (origin[0] + min(left, right)) * POINTS,
                        (origin[1] + min(top, bottom)) * POINTS,
                        (origin[0] + max(left, right)) * POINTS,
                        (origin[1] + max(top, bottom)) * POINTS,
                        character,
                        self._objects,
                    )
                )
                middle = ((left + right) / 2, (top + bottom) / 2)
                if areas and not any(
                    area[0] <= middle[0] <= area[2] and area[1] <= middle[1] <= area[3] for area in areas
                ):
                    self._seen.clipped.add(page.glyphs[-1])
                x += step if index < len(across) or not across else 0.0
                y += downwards[index] if index < len(downwards) else 0.0


def _deltas(text: str | None, limit: int) -> list[float]:
    """Advances; ``g 3 5.0`` stands for three times 5.0."""
    found: list[float] = []
    words = (text or "").split()
    at = 0
    while at < len(words) and len(found) < limit:
        if words[at] == "g" and at + 2 < len(words):
            count = int(words[at + 1]) if re.fullmatch(r"[0-9]{1,6}", words[at + 1]) else 0
            found.extend([decimal(words[at + 2], 0.0)] * min(count, limit))
            at += 3
        else:
            found.append(decimal(words[at], 0.0))
            at += 1
    return found


def _numbers(element: etree._Element | None, count: int) -> tuple[float, ...] | None:
    return None if element is None else split(element.text, count)
