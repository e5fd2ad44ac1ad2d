"""Reports inside an archive: one document, perhaps in a folder, perhaps with a name in code page 936 or beside residue."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import io
import random
import zipfile

from tests.corpus.renderers import Rendered, docx, html, xlsx
from tests.corpus.renderers.docx import EPOCH
from tests.corpus.reports import Report

FEATURES = ("plain", "folder", "gbk_name", "residue")


def render(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """One ZIP with a report in it; what is not asked for is drawn."""
    feature = feature or rng.choice(FEATURES)
    inner = (docx.render, docx.render, html.render, xlsx.render)[rng.randrange(4)](report, rng)
    name = f"{report.who.short}{report.who.year}年政府信息公开年报.{inner.extension}"
    if feature == "folder":
        name = f"年报/{report.who.year}/{name}"
    if feature == "gbk_name":
        # zipfile marks names as UTF-8; the name as old archivers write it is code page 437 to the standard.
        name = name.encode("gbk", "replace").decode("cp437")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if feature == "residue":
            archive.writestr(zipfile.ZipInfo("__MACOSX/._a", EPOCH), b"\x00\x05\x16\x07")
            archive.writestr(zipfile.ZipInfo("Thumbs.db", EPOCH), b"\xd0\xcf\x11\xe0 no document")
        archive.writestr(zipfile.ZipInfo(name, EPOCH), inner.data)
    return Rendered(
        buffer.getvalue(),
        "zip",
        "application/zip",
        None,
        [*inner.deviations, f"zip_{feature}", f"zip_of_{inner.extension}"],
    )
