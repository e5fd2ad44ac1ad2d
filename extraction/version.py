"""The extractor id: a version and a fingerprint of everything that decides what a record says.

The fingerprint covers every source and data file of this package, path by path, so that records of different
readers can never share an id, whether or not somebody remembered to raise the version.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extraction.ocr import available
from extraction.readers import office

VERSION = "1.0.0"
OPENCV = (
    "opencv-python-headless",
    "opencv-python",
    "opencv-contrib-python-headless",
    "opencv-contrib-python",
)
"""Packages that bring the same module."""
_SUFFIXES = frozenset({".py", ".yaml", ".json", ".csv", ".tsv", ".txt", ".gz", ".xz", ".bin", ".dat"})


def fingerprint(folder: Path) -> str:
    """Eight hex digits over names and contents of the package's files; line ends do not count."""
    digest = hashlib.sha256()
    files = (p for p in folder.rglob("*") if p.suffix in _SUFFIXES and "__pycache__" not in p.parts)
    for path in sorted(files, key=lambda p: p.relative_to(folder).as_posix()):
        content = path.read_bytes()
        if path.suffix in {".py", ".yaml", ".json", ".csv", ".tsv", ".txt"}:
            content = content.replace(b"\r\n", b"\n")
        name = path.relative_to(folder).as_posix().encode()
        digest.update(len(name).to_bytes(4, "big") + name + len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()[:8]


def recogniser() -> str:
    """The mark of the recogniser in the id: four hex digits over the versions it is made of, if it is there.

    With it, scans are read that are `unreadable` without it, so the records are another extractor's. Here
    the versions of libraries count, because the models that read come inside them (decision 0008).
    """
    if not available():
        return ""
    made_of = [f"{name} {version(name)}" for name in ("rapidocr", "onnxruntime", "pillow")]
    opencv = next((f"{name} {version(name)}" for name in OPENCV if _installed(name)), "")
    return ".ocr" + hashlib.sha256("\n".join([*made_of, opencv]).encode()).hexdigest()[:4]


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


EXTRACTOR = f"{VERSION}+{fingerprint(Path(__file__).resolve().parent)}{recogniser()}{office.mark()}"
