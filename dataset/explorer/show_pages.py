"""A page of a PDF or of a picture, drawn."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

from dataset.explorer.shown import picture_place
from extraction.document import UnreadableError

WIDTH = 1400
"""Pixels across a page that is drawn."""
MAX_PIXELS = 24_000_000
POINTS = 0.75
"""Points of a picture's pixel, as `extraction.readers.picture` counts them."""


def show_page(data: bytes, at: dict[str, Any], media_type: str) -> dict[str, Any]:
    """Return a page as PNG, with its size in the points that boxes are in.

    Args:
        data: a PDF, a picture, or a document that has pictures inside.
        at: the place on it.
        media_type: of the bytes.

    Raises:
        UnreadableError: it cannot be drawn.
    """
    place = picture_place(at)
    if "picture" in place:
        png, width, height, pages = _picture(_inner(data, place["picture"], media_type), 1)
        if pages > 1:  # which of them a box stands on is not recorded
            raise UnreadableError("unsupported_format", "a picture of several pages inside a document")
    else:
        draw = _pdf if media_type == "application/pdf" else _picture
        png, width, height, pages = draw(data, place["page"])
    return {
        "png": base64.b64encode(png).decode("ascii"),
        "width": width,
        "height": height,
        "pages": pages,
        **place,
    }


def _inner(data: bytes, path: str, media_type: str) -> bytes:
    """The bytes of a picture inside a document."""
    from extraction.readers import reader
    from extraction.readers.inner_pictures import Pictures

    pictures = reader(media_type)(data).pictured
    found = pictures.data(path) if isinstance(pictures, Pictures) else None
    if found is None:
        raise UnreadableError("malformed", f"there is no picture {path} in this document")
    return found


def _pdf(data: bytes, number: int) -> tuple[bytes, float, float, int]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise UnreadableError("malformed", f"PDFium cannot open it: {error}") from error
    try:
        pages = len(document)
        if not 1 <= number <= pages:
            raise UnreadableError("malformed", f"there is no page {number} of {pages}")
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), (MAX_PIXELS / max(width * height, 1)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        png = encode_png(bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels, bytes(bitmap.buffer))
        bitmap.close()
        page.close()
    finally:
        document.close()
    return png, width, height, pages


def encode_png(width: int, height: int, stride: int, channels: int, pixels: bytes) -> bytes:
    """Return rows of grey, RGB or RGBA pixels as PNG."""
    kind = {1: 0, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + pixels[y * stride : y * stride + width * channels] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _picture(data: bytes, number: int) -> tuple[bytes, float, float, int]:
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise UnreadableError(
            "unsupported_format", "pictures are shown with the ocr extra: pip install 'gongkai[ocr]'"
        ) from error
    Image.MAX_IMAGE_PIXELS = 4 * MAX_PIXELS
    try:
        with Image.open(io.BytesIO(data)) as image:
            pages = int(getattr(image, "n_frames", 1))
            image.seek(min(number, pages) - 1)
            upright = ImageOps.exif_transpose(image)
            width, height = upright.size
            shown = upright.convert("RGB")
            shown.thumbnail((WIDTH, WIDTH * 3))
            out = io.BytesIO()
            shown.save(out, "PNG")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise UnreadableError("malformed", f"the picture cannot be drawn ({type(error).__name__})") from error
    return out.getvalue(), width * POINTS, height * POINTS, pages
