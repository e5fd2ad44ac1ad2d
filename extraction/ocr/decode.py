"""Bytes of a picture -> pixels, within limits."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from extraction.document import UnreadableError
from extraction.ocr import MAX_PAGES
from extraction.ocr.engine import Pixels
from extraction.ocr.scan import Picture

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
MAX_PIXELS = 64_000_000
"""A3 at 600 dots an inch is 70 million, A4 is 35."""
LARGE = 16_000_000
"""More pixels than this tell the recogniser nothing more."""
SMALLEST = 32
STAMP, REDDER = 130, 40
"""Red of a pixel, and how much more red than green, from which it is the ink of a stamp."""
PIXEL = 0.75
"""Points of a picture's pixel: 96 to the inch, as browsers show it, whatever the file claims."""

_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, KeyError, struct.error, OverflowError,
    NotImplementedError, ZeroDivisionError, Image.DecompressionBombError,
)  # fmt: skip
"""What damaged pictures make their decoders raise."""


def frames(data: bytes) -> Iterator[Picture | UnreadableError]:
    """The pages of a picture: one, or those of a TIFF; a page that is damaged gives the error.

    Raises:
        UnreadableError: not a picture, damaged, cut short, or too large.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about damaged tags that nothing here needs
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise UnreadableError("too_large", "a picture of more pixels than any page has") from error
        except _BROKEN as error:
            raise UnreadableError(
                "malformed", f"the picture cannot be read ({type(error).__name__})"
            ) from error
        with image:
            many = image.format == "TIFF"
            for index in range(MAX_PAGES + 1 if many else 1):
                try:
                    image.seek(index)
                except EOFError:
                    return
                except _BROKEN as error:
                    yield UnreadableError(
                        "malformed", f"picture {index + 1} is damaged ({type(error).__name__})"
                    )
                    return
                yield _frame(image)


def from_pixels(pixels: np.ndarray[Any, np.dtype[np.uint8]], points: tuple[float, float]) -> Picture:
    """A page that was drawn: rows of grey, or of red, green and blue."""
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        grey = pixels.reshape(pixels.shape[:2])
        return Picture(grey, grey, points, points[0])
    return Picture(*_planes(Image.fromarray(pixels[:, :, :3])), points, points[0])


def _frame(image: Image.Image) -> Picture | UnreadableError:
    width, height = image.size
    if width * height > MAX_PIXELS:
        return UnreadableError("too_large", f"a picture of {width} x {height} pixels")
    if min(width, height) < SMALLEST:
        return UnreadableError("no_text", f"a picture of {width} x {height} pixels holds no text")
    factor = 1
    try:
        if image.format == "JPEG":
            while width * height > LARGE * (2 * factor) ** 2:
                factor *= 2
            image.draft(None, (width // factor, height // factor))
        plain = ImageOps.exif_transpose(image)
        grey, clean = _planes(plain)
    except MemoryError:
        raise
    except _BROKEN as error:
        cut = isinstance(error, OSError) and "truncated" in str(error)
        return UnreadableError(
            "truncated" if cut else "malformed",
            "the picture was cut short" if cut else f"the picture is damaged ({type(error).__name__})",
        )
    # A page is what is displayed: `width` by `height`, turned as the camera says.
    turned = (plain.width >= plain.height) != (width >= height)
    shown = (height, width) if turned else (width, height)
    points = (shown[0] / grey.shape[1] * PIXEL, shown[1] / grey.shape[0] * PIXEL)
    return Picture(grey, clean, points)


def _planes(image: Image.Image) -> tuple[Pixels, Pixels]:
    """Brightness, and brightness without red."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        values = np.asarray(image, dtype=np.float32)
        top = float(values.max()) or 1.0
        grey = np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)
        return grey, grey
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(paper, layer).convert("RGB")
    if image.mode in ("1", "L"):
        grey = np.asarray(image.convert("L"))
        return grey, grey
    colours = image.convert("RGB")
    grey = np.asarray(colours.convert("L"))
    red, green = (np.asarray(colours.getchannel(name)) for name in "RG")
    # Where red stands on paper there is nothing else; where black shows through it, red is dark too.
    stamp = (red > STAMP) & (red.astype(np.int16) - green > REDDER)
    return grey, np.where(stamp, np.uint8(255), np.maximum(grey, red))
