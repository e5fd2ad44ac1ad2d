"""Damaged pictures, through the worker: a sound record within the limits, whatever was cut or turned over."""

import io
import os
import random
from collections.abc import Iterator

import pytest

from extraction import ocr
from extraction.workers import Extractor
from tests.extraction import fuzzing
from tests.extraction.test_ocr import CORPUS

if not ocr.available():
    pytest.skip("the ocr extra is not installed", allow_module_level=True)

from PIL import Image

CASES = 400 if os.environ.get("GONGKAI_SEARCH") else 100
SECONDS = 30.0


def pictures() -> dict[str, bytes]:
    """A few rows of a table, in each format that scans come in."""
    out = {}
    with Image.open(CORPUS / "picture-00.png") as page:
        part = page.convert("L").crop((0, 910, 940, 975))
    for kind in ("PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP"):
        buffer = io.BytesIO()
        part.save(buffer, kind)
        out[kind] = buffer.getvalue()
    buffer = io.BytesIO()
    part.convert("1").save(buffer, "TIFF", compression="group4")
    return out | {"FAX": buffer.getvalue()}


def damaged(data: bytes, draw: random.Random) -> bytes:
    """Cut short, with bits turned over, with a hole, or with a number of its head made huge."""
    body = bytearray(data)
    how = draw.randrange(4)
    if how == 0:
        return bytes(body[: draw.randrange(1, len(body))])
    if how == 1:
        for _ in range(draw.choice([1, 3, 30])):
            body[draw.randrange(len(body))] ^= 1 << draw.randrange(8)
    elif how == 2:
        start = draw.randrange(len(body))
        del body[start : start + draw.randrange(1, 200)]
    else:
        at = draw.randrange(8, 60)
        body[at : at + 4] = draw.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
    return bytes(body)


def cases() -> Iterator[tuple[str, bytes]]:
    whole = pictures()
    for number in range(CASES):
        kind = sorted(whole)[number % len(whole)]
        yield f"{kind}#{number}", damaged(whole[kind], random.Random(f"{kind}#{number}"))


@pytest.mark.slow
def test_damaged_pictures_give_sound_records() -> None:
    held = dict(cases())
    found = {}
    with Extractor(time_limit=SECONDS, memory_limit=2 << 30) as extractor:
        for name, record in extractor.map((name, data, None, None) for name, data in held.items()):
            if problems := fuzzing.problems(record, held[name]):
                found[name] = problems[:2]
    assert found == {}
