"""Files that only an office suite reads (Word 95 and older): it makes a DOCX of them, if wanted and there.

The suite is no package, so it is found at run time: `GONGKAI_OFFICE` names its program (``soffice``, or a
path). It is off unless asked for, since it costs seconds and hundreds of megabytes a file, and what it makes
depends on its release. So the extractor id says that it is on, and which release: records made with and
without it are not the same extractor's.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from extraction.document import Document, UnreadableError

SWITCH = "GONGKAI_OFFICE"
HINT = (
    "only an office suite reads it: install LibreOffice (Debian: apt install libreoffice-writer) and set "
    f"{SWITCH}=soffice, or save the file as DOCX"
)
_SECONDS = 50
"""Below the time limit of a document, so that the reason is ours."""


def read(data: bytes, media_type: str, what: str) -> Document:
    """Read a file through the office suite.

    Args:
        data: the file.
        media_type: of the file, which the document keeps.
        what: the file in words, for the messages.

    Raises:
        UnreadableError: ``needs_office`` without a suite; ``office_failed`` where it made nothing of the
            file.
    """
    program = _program()
    if program is None:
        raise UnreadableError("needs_office", f"{what}: {HINT}")
    from extraction.readers import docx

    return replace(docx.read(_converted(program, data, what)), media_type=media_type)


def mark() -> str:
    """Return the mark of the suite in the extractor id, empty where it is off."""
    program = _program()
    return "" if program is None else ".office" + hashlib.sha256(_release(program).encode()).hexdigest()[:4]


def _program() -> str | None:
    wanted = os.environ.get(SWITCH, "")
    return shutil.which(wanted) if wanted else None


@lru_cache(maxsize=1)
def _release(program: str) -> str:
    done = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    found = re.search(r"\d+(?:\.\d+)+", done.stdout)
    return found[0] if found else done.stdout.strip()


def _converted(program: str, data: bytes, what: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="gongkai-office-") as name:
        folder = Path(name)
        (folder / "in.doc").write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--norestore", "--convert-to", "docx", "--outdir", str(folder / "out")),
            str(folder / "in.doc"),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise UnreadableError("office_failed", f"{what}: the office suite took too long") from error
        made = folder / "out" / "in.docx"
        if not made.exists():
            said = " ".join((done.stderr or done.stdout).split())[:200]
            raise UnreadableError("office_failed", f"{what}: the office suite made nothing of it ({said})")
        return made.read_bytes()
