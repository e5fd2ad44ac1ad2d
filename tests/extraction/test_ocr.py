"""Pictures and scans, through the engine itself; a page takes seconds, so the fast part sees small ones."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from extraction import extract, ocr
from extraction.document import Cell, Document, Paragraph, ReadIssue, Table, UnreadableError
from extraction.readers import picture
from extraction.readers.page import Glyph, Page
from extraction.readers.pdf_page import RECOGNISED, Drawn
from extraction.readers.pdf_scan import worth_recognising

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests/corpus/documents"

needs_ocr = pytest.mark.skipif(not ocr.available(), reason="the ocr extra is not installed")


def png(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def outcome(data: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        picture.read(data)
    return caught.value.code


def rows(document: Document) -> list[list[str]]:
    return [
        [cell.text for cell in row]
        for block in document.blocks
        if isinstance(block, Table)
        for row in block.rows
    ]


@pytest.fixture(scope="module")
def strip() -> bytes:
    """Four rows of the requests table of a committed picture."""
    from PIL import Image

    with Image.open(CORPUS / "picture-00.png") as page:
        part = page.convert("L").crop((0, 910, 940, 1010))
    out = io.BytesIO()
    part.save(out, "PNG")
    return out.getvalue()


def test_without_the_extra_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    record = extract((CORPUS / "picture-00.png").read_bytes())
    assert record.kind == "unreadable"
    assert [issue.code for issue in record.issues] == ["unsupported_format"]
    assert 'pip install "gongkai[ocr]"' in record.issues[0].message


def test_the_extractor_id_says_whether_scans_are_read() -> None:
    code = "import extraction; print(extraction.EXTRACTOR)"
    ids = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"GONGKAI_OCR": switch},
            capture_output=True,
            check=True,
        ).stdout.decode()
        for switch in ("on", "off")
    ]
    assert "ocr" not in ids[1]
    assert ids[0].split(".ocr")[0].strip() == ids[1].strip()
    assert ("ocr" in ids[0]) is ocr.available()


def test_the_engine_is_not_loaded_for_other_documents() -> None:
    code = (
        "import sys, extraction; extraction.extract(b'<html><body><p>x</p></body></html>');"
        "assert not {'cv2', 'onnxruntime', 'numpy', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@needs_ocr
def test_hostile_pictures_are_refused_before_they_are_unpacked() -> None:
    assert outcome(png(50_000, 50_000)) == "too_large"
    assert outcome(png(8, 8)) == "no_text"
    assert outcome(png(400, 400, zlib.compress(bytes(500)))) in {"malformed", "truncated"}
    assert outcome(b"\x89PNG\r\n\x1a\n" + bytes(40)) == "malformed"
    assert outcome(b"\xff\xd8\xff\xe0" + bytes(40)) == "malformed"
    assert outcome(b"II*\0" + b"\xff" * 60) == "malformed"


@needs_ocr
def test_a_cut_picture_is_truncated() -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((600, 600), 60).save(out, "JPEG")
    assert outcome(out.getvalue()[:20_000]) == "truncated"


@needs_ocr
def test_paper_without_text_is_no_report() -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (600, 800), 255).save(out, "PNG")
    assert outcome(out.getvalue()) == "no_text"


@needs_ocr
def test_cells_are_read_with_their_boxes(strip: bytes) -> None:
    document = picture.read(strip)
    assert rows(document)[-1][-7:] == ["0"] * 7
    found = [row for row in rows(document) if "一、本年新收" in row[0]]
    assert found[0][-7:] == ["3", "0", "0", "0", "0", "0", "3"]
    table = next(block for block in document.blocks if isinstance(block, Table))
    cell = next(cell for cell in table.cells if cell.text == "3")
    assert cell.page == 1
    assert cell.confidence == ocr.SURE
    assert cell.bbox is not None
    left, top, right, bottom = cell.bbox
    # The column of natural persons, 96 pixels to the inch.
    assert 570 * 0.75 <= left < right <= 622 * 0.75
    assert 0 <= top < bottom <= 100 * 0.75


@needs_ocr
@pytest.mark.parametrize(
    "turn", [90, pytest.param(180, marks=pytest.mark.slow), pytest.param(270, marks=pytest.mark.slow)]
)
def test_a_turned_page_is_read_upright_and_its_boxes_stay_on_it(strip: bytes, turn: int) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(strip)) as page:
        turned = page.rotate(turn, expand=True)
    out = io.BytesIO()
    turned.save(out, "PNG")
    document = picture.read(out.getvalue())
    assert any(
        "一、本年新收" in row[0] and row[-7:] == ["3", "0", "0", "0", "0", "0", "3"] for row in rows(document)
    )
    for block in document.blocks:
        if isinstance(block, Table):
            for cell in block.cells:
                assert cell.bbox is not None
                assert cell.bbox[2] <= turned.width * 0.75 + 2
                assert cell.bbox[3] <= turned.height * 0.75 + 2


@needs_ocr
def test_too_many_pages_are_said_to_be_unread(strip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    from extraction.ocr import decode

    monkeypatch.setattr(ocr, "MAX_PAGES", 1)
    monkeypatch.setattr(decode, "MAX_PAGES", 1)
    out = io.BytesIO()
    with Image.open(io.BytesIO(strip)) as page:
        page.save(out, "TIFF", save_all=True, append_images=[page.copy(), page.copy()])
    issues = {issue.code: issue for issue in picture.read(out.getvalue()).issues}
    assert issues["pages_not_read"].severity == "error"


@needs_ocr
@pytest.mark.slow
def test_a_record_is_the_same_in_every_process() -> None:
    code = "import sys, extraction; print(extraction.extract(open(sys.argv[1], 'rb').read()).to_json())"
    found = {
        subprocess.run(
            [sys.executable, "-c", code, str(CORPUS / "picture-00.png")],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for _ in range(2)
    }
    assert len(found) == 1


def drawn(glyphs: int, *, covered: bool, confidence: float = 1.0, text: str = "字") -> Drawn:
    page = Page(1, 595, 842, glyphs=[Glyph(0, 0, 9, 9, text)] * glyphs, confidence=confidence)
    return Drawn(page, pictured=covered, covered=covered)


def test_which_pages_are_worth_recognising() -> None:
    assert worth_recognising(drawn(0, covered=True))
    assert not worth_recognising(drawn(0, covered=False))
    assert worth_recognising(drawn(900, covered=True, confidence=RECOGNISED)), "somebody's invisible text"
    assert worth_recognising(drawn(12, covered=True)), "a page number on a scan"
    assert not worth_recognising(drawn(900, covered=True)), "text on a picture of paper"
    assert worth_recognising(drawn(900, covered=False, text="\ufffd")), "characters without meaning"
    assert worth_recognising(drawn(900, covered=False, text="\ue012"))
    signs = drawn(900, covered=False, text="!")
    assert not worth_recognising(signs)
    signs.page.glyphs.append(Glyph(0, 0, 9, 9, "\ufffd"))
    assert worth_recognising(signs), "signs of a font that says no word"


@pytest.mark.parametrize(
    ("title", "recognised", "kind"),
    [
        ("商务部2025年度政府信息公开工作年度报售", True, "unreadable"),
        ("商务部2025年度政府信息公开工作年度报售", False, "not_report"),
        ("商务部2025年工作动态", True, "not_report"),
        ("2025年，我部推进政府信息公开。", True, "not_report"),
    ],
)
def test_a_scan_of_which_only_the_title_is_legible_is_not_said_to_be_no_report(
    title: str, recognised: bool, kind: str
) -> None:
    from extraction.extractor import _with_parts

    issues = (ReadIssue("recognised_text", "note", "pages read by text recognition: [1]"),) * recognised
    blocks = (Paragraph(title, page=1), Paragraph("本年产度r数公47数", page=1))
    record = _with_parts(Document("image/png", blocks, issues=issues, pages=1), "0" * 64, 9)
    assert record.kind == kind
    assert any(issue.code == "illegible" and issue.severity == "error" for issue in record.issues) is (
        kind == "unreadable"
    )


TORN = (
    "成乡 府信 体化 示范区管 会2019 和 务防 息公 作年 度报告 申 情况 研 青数量 1217 386 0 0 1 由 加 之利 民 "
    "和国政 守有 处理正 召 兄 政府 通及改 进情况 其他 的事 十 且成 有疑 联系 近平 主义 想 真 落实"
)
NOTICE = (
    "各区县人民政府、各部门：为做好年度报告的编制发布工作，现将有关事项通知如下，"
    "请于1月31日前报送，逾期不予受理。联系人：张三，"
)


@pytest.mark.parametrize(
    ("text", "recognised", "pages", "kind"),
    [
        (TORN, True, 1, "unreadable"),
        ("1 \ufffd t 40 — 十十 " * 30, True, 2, "unreadable"),
        ("12 0 386 " * 30, True, 1, "unreadable"),
        (TORN, False, 1, "not_report"),
        (TORN, True, None, "not_report"),
        (NOTICE * 2, True, 1, "not_report"),
        ("办事大厅 出口 1 号", True, 1, "not_report"),
    ],
)
def test_a_scan_whose_text_is_hardly_words_is_not_said_to_be_no_report(
    text: str, recognised: bool, pages: int | None, kind: str
) -> None:
    from extraction.extractor import _with_parts

    issues = (ReadIssue("recognised_text", "note", "pages read by text recognition: [1]"),) * recognised
    table = Table(tuple(Cell(piece, row, 0, page=1) for row, piece in enumerate(text.split())))
    for block in (Paragraph(text.replace(" ", "\n"), page=1), table):
        record = _with_parts(Document("image/png", (block,), issues=issues, pages=pages), "0" * 64, 9)
        assert record.kind == kind
        assert any(issue.code == "illegible" for issue in record.issues) is (kind == "unreadable")


@needs_ocr
@pytest.mark.parametrize(("torn", "kind"), [(False, "not_report"), (True, "unreadable")])
def test_a_page_that_lost_most_of_its_ink_is_unreadable(torn: bool, kind: str) -> None:
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 26, index=2)
    page = Image.new("L", (1000, 500), 255)
    draw = ImageDraw.Draw(page)
    for row in range(9):
        draw.text((60, 60 + 44 * row), NOTICE[row : row + 30], font=font, fill=0)
    if torn:  # what is left are two clear characters at a time
        for x in range(112, 960, 104):
            draw.rectangle((x, 0, x + 52, 500), fill=255)
    out = io.BytesIO()
    page.save(out, "PNG")
    assert extract(out.getvalue()).kind == kind


@needs_ocr
@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("委员会二二一年政府", "委员会二〇二一年政府"),
        ("二O二二年度报告", "二〇二二年度报告"),
        ("二二年", "二〇二〇年"),
        ("二一九年", "二〇一九年"),
        ("第二十二年", "第二十二年"),
        ("一百二十二年", "一百二十二年"),
    ],
)
def test_a_year_has_its_rings(read: str, printed: str) -> None:
    from extraction.ocr.prose import mend_years

    assert mend_years(read) == printed
