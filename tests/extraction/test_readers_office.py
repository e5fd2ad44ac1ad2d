"""Word 95 and older: through an office suite where one is wanted and there, else a clear message."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from extraction.document import Paragraph, Table, UnreadableError
from extraction.readers import doc, office

ROOT = Path(__file__).parents[2]
WORD = min((ROOT / "tests" / "corpus" / "documents").glob("*.doc"))


def word_95() -> bytes:
    """A Word file whose header says that it is older than Word 97."""
    data = WORD.read_bytes()
    at = data.index(b"\xec\xa5")
    return data[:at] + b"\xdc\xa5" + data[at + 2 :]


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A stand-in for the suite, which copies a DOCX to where LibreOffice would put its own."""
    docx = min((ROOT / "tests" / "corpus" / "documents").glob("docx-*.docx"))
    program = tmp_path / "soffice"
    program.write_text(
        f"#!{sys.executable}\nimport shutil, sys, pathlib\n"
        "if '--version' in sys.argv: print('LibreOffice 7.4.7.2 40(Build:2)'); sys.exit()\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1]); out.mkdir()\n"
        f"shutil.copyfile({str(docx)!r}, out / 'in.docx')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv(office.SWITCH, str(program))
    office._release.cache_clear()
    return program


def test_without_a_suite_the_message_says_what_to_do(monkeypatch) -> None:
    monkeypatch.delenv(office.SWITCH, raising=False)
    with pytest.raises(
        UnreadableError, match=r"older than Word 97.*apt install libreoffice-writer"
    ) as caught:
        doc.read(word_95())
    assert caught.value.code == "needs_office"
    assert office.mark() == ""


def test_a_suite_that_is_not_there_is_no_suite(monkeypatch) -> None:
    monkeypatch.setenv(office.SWITCH, "no-such-office")
    with pytest.raises(UnreadableError, match="install LibreOffice"):
        doc.read(word_95())


def test_with_a_suite_the_document_is_read_and_the_id_says_so(suite) -> None:
    document = doc.read(word_95())
    assert document.media_type == "application/msword"
    assert any(isinstance(block, Table) for block in document.blocks)
    assert office.mark().startswith(".office")
    assert len(office.mark()) == len(".office") + 4


def test_a_suite_that_makes_nothing_is_said(suite) -> None:
    suite.write_text(f"#!{sys.executable}\nimport sys; sys.stderr.write('source file could not be loaded')\n")
    with pytest.raises(UnreadableError, match="could not be loaded") as caught:
        doc.read(word_95())
    assert caught.value.code == "office_failed"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here (libreoffice-writer)")
@pytest.mark.timeout(600)
def test_libreoffice_itself(monkeypatch) -> None:
    monkeypatch.setenv(office.SWITCH, "soffice")
    document = office.read(WORD.read_bytes(), doc.MEDIA_TYPE, "a Word file")
    ours = doc.read(WORD.read_bytes())
    theirs = [block for block in document.blocks if isinstance(block, Table)]
    assert len(theirs) == len([block for block in ours.blocks if isinstance(block, Table)])
    assert any(isinstance(block, Paragraph) for block in document.blocks)


def test_the_extractor_id_is_another_one(suite) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from extraction import EXTRACTOR; print(EXTRACTOR)"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip().endswith(office.mark())
