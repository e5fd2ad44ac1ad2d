"""Damaged and hostile documents, made from real ones: the same name always gives the same bytes.

    python -m tests.extraction.fuzzing --cases 2000            look for crashes, limits and invalid records
    python -m tests.extraction.fuzzing --case 'NAME' [--out FILE]   one case again

A mutated case is named ``<file>#<number>``; the random numbers are seeded by its name. What is hostile by hand
stands in `hostile`.
"""

# ruff: noqa: E501 - markup as it stands in files

from __future__ import annotations

import argparse
import io
import json
import random
import re
import struct
import sys
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from extraction.workers import Extractor, is_limit
from tests.extraction.hostile import HOSTILE

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "extraction" / "record.schema.json"
FOLDERS = ("gongkai/demo/content/reports", "gongkai/demo/sources", "tests/corpus/documents")
# A format's files beyond this many add time and no new code: the fuzzer takes the first of each.
PER_FORMAT = 12
ZIPPED = {".docx", ".xlsx", ".ofd", ".odt", ".zip"}
PICTURES = {".png", ".jpg"}

Mutation = Callable[[random.Random, bytes], bytes]

TOKENS: dict[str, tuple[bytes, ...]] = {
    "html": (
        b"<table>", b"</table>", b"<tr>", b"</td>", b"<td colspan=100000>", b'<td rowspan="65534">', b"<!--", b"-->",
        b"<script>", b"<style>", b"</html>", b"<plaintext>", b"<![CDATA[", b"&#0;", b"&#x10ffff;", b"\0", b"<svg>",
        b'<meta charset="utf-7">', b'<meta charset="x-user-defined">', b"<frameset>", b"<template>", b"<select>",
    ),
    "pdf": (
        b"endstream", b"endobj", b"<<", b">>", b"/Kids [1 0 R]", b"/Parent 1 0 R", b"/Length 99999999", b"xref",
        b"/MediaBox [0 0 1e9 1e9]", b"/Rotate 45", b"trailer", b"%%EOF", b"BT", b"ET", b"Do", b"/Type /Page",
    ),
    "txt": (b"\t", b"|", b"\n", b"\r", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"---", b"\x1b[2J", b"\xc2\x85", b"0"),
}  # fmt: skip
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"2147483648",
    b"4294967295",
    b"99999999999999999999",
    b"1e308",
    b"0.0000001",
)


def formats() -> dict[str, list[Path]]:
    """The real files there are, by suffix."""
    found: dict[str, list[Path]] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*")):
            if path.is_file() and not path.name.endswith((".json", ".yaml", ".md")):
                found.setdefault(path.suffix.lower(), []).append(path)
    return {suffix: paths[:PER_FORMAT] for suffix, paths in sorted(found.items())}


@cache
def seeds() -> dict[str, bytes]:
    """Real files by name, all formats in turn, so that any first part of them has every format."""
    columns = list(formats().values())
    turns = [column[turn] for turn in range(PER_FORMAT) for column in columns if turn < len(column)]
    return {path.name: path.read_bytes() for path in turns}


def _span(rng: random.Random, data: bytes, most: int = 4096) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.randint(1, most))


def flip_bits(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def behead(rng: random.Random, data: bytes) -> bytes:
    return data[rng.randrange(min(len(data), 2048)) :]


def delete(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def duplicate(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:end] + data[start:end] * rng.choice((1, 1, 2, 20)) + data[end:]


def overwrite(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data, 256)
    fill = rng.choice((bytes(end - start), b"\xff" * (end - start), rng.randbytes(end - start)))
    return data[:start] + fill + data[end:]


def swap(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    other, stop = _span(rng, data)
    return data[:start] + data[other:stop] + data[end:]


def splice(rng: random.Random, data: bytes) -> bytes:
    other = rng.choice(list(seeds().values()))
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def numbers(rng: random.Random, data: bytes) -> bytes:
    """Numbers that somebody multiplies, allocates or loops over."""
    places = list(re.finditer(rb"\d+", data[:2_000_000]))
    for place in sorted(
        rng.sample(places, min(len(places), rng.choice((1, 2, 8)))), key=lambda m: -m.start()
    ):
        data = data[: place.start()] + rng.choice(NUMBERS) + data[place.end() :]
    return data


def tokens(rng: random.Random, data: bytes) -> bytes:
    """Words of some format, where they do not belong."""
    for _ in range(rng.choice((1, 2, 8))):
        token = rng.choice(rng.choice(list(TOKENS.values()))) * rng.choice((1, 1, 1, 100))
        at = rng.randrange(len(data) + 1)
        data = data[:at] + token + data[at:]
    return data


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, flip_bits, truncate, behead, delete, duplicate, overwrite, swap, splice, numbers, tokens,
)  # fmt: skip


def unzip(data: bytes) -> list[tuple[str, bytes]]:
    """The parts of a ZIP, in its order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist() if not info.is_dir()]


def rezip(parts: list[tuple[str, bytes]]) -> bytes:
    """A ZIP of these parts, names repeated or not, with nothing of this moment in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            # The name twice is wanted; the library warns.
            archive.NameToInfo.pop(name, None)
            archive.writestr(info, part)
    return out.getvalue()


def members(rng: random.Random, data: bytes) -> bytes:
    """Damage inside a ZIP: the container is sound, a part of it is not."""
    parts = unzip(data)
    at = rng.randrange(len(parts))
    name, part = parts[at]
    match rng.randrange(8):
        case 0:
            del parts[at]
        case 1:
            parts.append((name, rng.choice(MUTATIONS)(rng, part) if part else b"x"))
        case 2:
            parts[at] = (
                rng.choice(("../" * 9 + name, "/" + name, name.upper(), name + "\x00", "x" * 300)),
                part,
            )
        case 3:
            parts[at] = (name, data)
        case _:
            parts[at] = (name, rng.choice(MUTATIONS)(rng, part) if part else b"x")
    return rezip(parts)


def mutate(name: str) -> bytes:
    """The bytes of a mutated case."""
    file = name.rpartition("#")[0]
    rng = random.Random(name)
    data = seeds()[file]
    choices = MUTATIONS + (members,) * 8 if Path(file).suffix in ZIPPED else MUTATIONS
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        step = rng.choice(choices)
        if step is members and not zipfile.is_zipfile(io.BytesIO(data)):
            continue
        try:
            data = step(rng, data) if data else data
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            struct.error,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ):
            continue  # an earlier step has left nothing that could be opened
    return data


def names(count: int, *, first: int = 0, pictures: bool = False) -> Iterator[str]:
    """Names of mutated cases, every file in turn."""
    files = [file for file in seeds() if pictures or Path(file).suffix not in PICTURES]
    for n in range(first, first + count):
        yield f"{files[n % len(files)]}#{n}"


def case(name: str) -> bytes:
    """The bytes of any case."""
    return HOSTILE[name]() if name in HOSTILE else mutate(name)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def problems(record: dict[str, Any], data: bytes) -> list[str]:
    """What is wrong with a record whatever its document says."""
    found = [
        f"shape: {'.'.join(map(str, error.absolute_path))}: {error.message[:160]}"
        for error in _validator().iter_errors(record)
    ]
    if record.get("document", {}).get("bytes") != len(data):
        found.append("shape: the size is not the document's")
    keys = {
        f"{table}.{row}.{column}"
        for table, rows in record.get("tables", {}).items()
        for row, columns in rows.items()
        for column in columns
    }
    if keys != set(record.get("cells", {})):
        found.append("shape: tables and cells have different keys")
    for issue in record.get("issues", []):
        if is_limit(record) or issue["code"] == "reader_failed":
            found.append(f"{issue['code']}: {issue['message'][:200]}")
        if "\n" in issue["message"] or len(issue["message"]) > 1000:
            found.append(f"message: of {issue['code']} is not one line")
    return found


def main() -> int:
    """Run cases and print what is wrong with their records."""
    parser = argparse.ArgumentParser(description="Fuzz the extractor.")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--pictures", action="store_true", help="mutated pictures too (recognition is slow)")
    parser.add_argument("--hostile", action="store_true", help="the cases made by hand, no mutations")
    parser.add_argument("--case", help="only this one, with its record")
    parser.add_argument("--out", type=Path, help="write the bytes of --case here")
    parser.add_argument("--time", type=float, default=20.0)
    parser.add_argument("--memory", type=int, default=1 << 30)
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    if args.case and args.out:
        args.out.write_bytes(case(args.case))
        return 0
    if args.case:
        wanted = [args.case]
    else:
        wanted = (
            list(HOSTILE)
            if args.hostile
            else list(names(args.cases, first=args.first, pictures=args.pictures))
        )
    kinds: Counter[str] = Counter()
    bad = 0
    started = time.monotonic()
    with Extractor(args.time, args.memory, args.processes) as extractor:
        items = ((name, case(name), None, None) for name in wanted)
        for name, record in extractor.map(items):
            kinds[record["kind"]] += 1
            found = problems(record, case(name))
            bad += bool(found)
            for problem in found[:3]:
                print(f"{name}: {problem}")
            if args.hostile:
                codes = [issue["code"] for issue in record["issues"]][:4]
                print(f"{name}: {record['kind']} {codes} after {time.monotonic() - started:.1f} s")
            if args.case:
                print(json.dumps(record, ensure_ascii=False, indent=1)[:20000])
    print(f"{sum(kinds.values())} cases, {bad} bad, {dict(kinds)}, {time.monotonic() - started:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
