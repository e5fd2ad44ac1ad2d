"""OFD: positions in millimetres, lines as paths; the same layout as PDF behind it."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction import ocr
from extraction.document import Paragraph, Table, UnreadableError
from extraction.readers import ofd, ofd_paths
from tests.extraction.damage import damaged, outcome
from tests.extraction.render_docx import package

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text(x: float, y: float, body: str, *, size: float = 4.0, ctm: str = "", delta: str | None = None) -> str:
    steps = delta if delta is not None else f"g {max(len(body) - 1, 0)} {size}"
    shift = f' CTM="{ctm}"' if ctm else ""
    return (
        f'<ofd:TextObject Boundary="{x} {y} 80 {size * 1.3}" Font="1" Size="{size}"{shift}>'
        f'<ofd:TextCode X="0" Y="{size}" DeltaX="{steps}">{body}</ofd:TextCode></ofd:TextObject>'
    )


def path(x: float, y: float, data: str, more: str = "") -> str:
    return (
        f'<ofd:PathObject Boundary="{x} {y} 100 100" {more}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData>'
        "</ofd:PathObject>"
    )


def book(*pages: str, info: str = "", template: str = "", area: str = "0 0 210 297") -> bytes:
    box = f"<ofd:PageArea><ofd:PhysicalBox>{area}</ofd:PhysicalBox></ofd:PageArea>"
    listing = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/{n}.xml"/>' for n in range(len(pages)))
    master = '<ofd:TemplatePage ID="t" BaseLoc="Template.xml"/>' if template else ""
    uses = '<ofd:Template TemplateID="t"/>' if template else ""
    parts: dict[str, str | bytes] = {
        "OFD.xml": (
            f"<ofd:OFD {NAMESPACE}><ofd:DocBody><ofd:DocInfo>{info}</ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
        ),
        "Doc_0/Document.xml": (
            f"<ofd:Document {NAMESPACE}><ofd:CommonData>{box}{master}</ofd:CommonData>"
            f"<ofd:Pages>{listing}</ofd:Pages></ofd:Document>"
        ),
    }
    for name, body, head in [
        *((f"Doc_0/Pages/{n}.xml", body, uses) for n, body in enumerate(pages)),
        ("Doc_0/Template.xml", template, ""),
    ]:
        parts[name] = (
            f"<ofd:Page {NAMESPACE}>{head}<ofd:Content><ofd:Layer>{body}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    return package(parts)


BOX = "M 0 0 L 60 0 L 60 8 L 0 8 C M 30 0 L 30 8"
TABLE = path(20, 40, BOX) + text(21, 41, "规章") + text(51, 41, "12", delta="2")


def cells(data: bytes) -> list[tuple[int, str]]:
    return [
        (cell.column, cell.text)
        for block in ofd.read(data).blocks
        if isinstance(block, Table)
        for cell in block.cells
    ]


def test_a_drawn_table() -> None:
    document = ofd.read(book(text(20, 20, "一、总体情况") + TABLE))
    assert [block.text for block in document.blocks if isinstance(block, Paragraph)] == ["一、总体情况"]
    [block] = [block for block in document.blocks if isinstance(block, Table)]
    assert [(cell.column, cell.text, cell.page) for cell in block.cells] == [(0, "规章", 1), (1, "12", 1)]
    points = 72 / 25.4
    assert block.cells[1].bbox == pytest.approx((50 * points, 40 * points, 80 * points, 48 * points), abs=0.1)
    assert document.pages == 1


def test_thin_shapes_transformations_and_templates() -> None:
    thin = "".join(
        path(x, y, f"M 0 0 L {w} 0 L {w} {h} L 0 {h} C", 'Stroke="false" Fill="true"')
        for x, y, w, h in (
            (20, 40, 60, 0.2), (20, 48, 60, 0.2), (20, 40, 0.2, 8), (50, 40, 0.2, 8), (80, 40, 0.2, 8),
        )
    )  # fmt: skip
    figures = text(21, 41, "规章") + text(51, 41, "12", size=8, ctm="0.5 0 0 0.5 0 0", delta="4")
    assert cells(book(figures, template=thin)) == [(0, "规章"), (1, "12")]
    assert cells(book(TABLE, area="10 10 210 297")) == [(0, "规章"), (1, "12")]


def test_invisible_objects_and_watermarks_are_left_out() -> None:
    hidden = path(20, 40, "M 0 0 L 60 0", 'Visible="false"')
    mark = text(21, 41, "99", ctm="0.7 0.7 -0.7 0.7 0 0")
    document = ofd.read(book(hidden + mark + TABLE))
    assert cells(book(hidden + mark + TABLE)) == [(0, "规章"), (1, "12")]
    assert [issue.code for issue in document.issues] == ["text_askew"]


def test_deltas() -> None:
    assert ofd._deltas("g 3 5.0 2", 10) == [5.0, 5.0, 5.0, 2.0]
    assert ofd._deltas("g 999999 5", 4) == [5.0] * 4
    assert ofd._deltas(None, 4) == []


def test_facts() -> None:
    document = ofd.read(
        book(TABLE, info="<ofd:Title>年报</ofd:Title><ofd:CreationDate>2022-01-11</ofd:CreationDate>")
    )
    assert [(fact.name, fact.value) for fact in document.facts] == [
        ("dc:title", "年报"),
        ("dcterms:created", "2022-01-11"),
    ]


def test_what_cannot_be_read_is_refused_with_the_reason() -> None:
    assert outcome(ofd.read, b"") == "empty"
    assert outcome(ofd.read, b"hello") == "malformed"
    assert outcome(ofd.read, package({"OFD.xml": f"<ofd:OFD {NAMESPACE}/>"})) == "malformed"
    picture = '<ofd:ImageObject Boundary="0 0 210 297" ResourceID="1"/>'
    assert outcome(ofd.read, book(picture)) == ("malformed" if ocr.available() else "unsupported_format")
    assert [issue.code for issue in ofd.read(book(TABLE, picture)).issues] == ["needs_ocr"]


@settings(deadline=None, max_examples=80)
@given(damaged(book(TABLE)))
def test_damage_never_crashes(data: bytes) -> None:
    outcome(ofd.read, data)


@given(st.text("MLQBACS 0123456789.-", max_size=60))
def test_any_path_data_gives_some_points(data: str) -> None:
    assert all(len(points) > 1 for points in ofd_paths.subpaths(data))


def with_parts(data: bytes, parts: dict[str, str], **changes: tuple[str, str]) -> bytes:
    """The file with further parts, and texts changed in OFD.xml (`ofd`) or Document.xml (`document`)."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        whole: dict[str, str | bytes] = {name: file.read(name).decode() for name in file.namelist()}
    for part, (old, new) in changes.items():
        name = {"ofd": "OFD.xml", "document": "Doc_0/Document.xml"}[part]
        assert old in str(whole[name])
        whole[name] = str(whole[name]).replace(old, new)
    return package({**whole, **parts})


def test_groups_of_objects_are_read_where_they_are_shown() -> None:
    figure = text(1, 2, "12", size=8, delta="4")
    shown = '<ofd:CompositeObject ResourceID="5" Boundary="50 40 30 8" CTM="0.5 0 0 0.5 0.5 0"/>'
    page = path(20, 40, BOX) + text(21, 41, "规章") + shown
    group = '<ofd:CompositeGraphicUnit ID="5" Width="9" Height="9"><ofd:Content>{}</ofd:Content>'

    def read(content: str) -> bytes:
        unit = f"{group.format(content)}</ofd:CompositeGraphicUnit>"
        units = f"<ofd:CompositeGraphicUnits>{unit}</ofd:CompositeGraphicUnits>"
        return with_parts(
            book(page),
            {"Doc_0/R.xml": f"<ofd:Res {NAMESPACE}>{units}</ofd:Res>"},
            document=("</ofd:CommonData>", "<ofd:PublicRes>R.xml</ofd:PublicRes></ofd:CommonData>"),
        )

    assert cells(read(figure)) == [(0, "规章"), (1, "12")]
    # One that shows itself ends.
    assert cells(read(figure + shown))[0] == (0, "规章")
    # One that is not in the file is something that nobody read.
    [table] = [block for block in ofd.read(book(page)).blocks if isinstance(block, Table)]
    assert [doubt.code for doubt in table.cells[1].doubts] == ["cell_drawn"]


def test_of_a_changed_document_the_current_version_is_read() -> None:
    old, new = book(TABLE), book(TABLE.replace("12", "34"))
    with zipfile.ZipFile(io.BytesIO(new)) as file:
        parts = {f"V/{name}": file.read(name).decode() for name in file.namelist()}
    parts["V/Version.xml"] = (
        f"<ofd:DocVersion {NAMESPACE}><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocVersion>"
    )
    version = '<ofd:Version ID="2" Index="1" Current="{}" BaseLoc="V/Version.xml"/>'
    for current, printed in (("true", "34"), ("false", "12")):
        listed = f"<ofd:Versions>{version.format(current)}</ofd:Versions></ofd:DocBody>"
        assert cells(with_parts(old, parts, ofd=("</ofd:DocBody>", listed)))[1] == (1, printed)
    del parts["V/Version.xml"]
    listed = f"<ofd:Versions>{version.format('true')}</ofd:Versions></ofd:DocBody>"
    with pytest.raises(UnreadableError, match=r"V/Version\.xml"):
        ofd.read(with_parts(old, parts, ofd=("</ofd:DocBody>", listed)))
