"""One module per format: `read(data, *, url=None) -> Document`, or UnreadableError.

The registry names modules, so that a run over HTML pages never imports the PDF library. A media type
without a reader is not an error of ours: the record says ``unsupported_format``.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping

from extraction.document import Document, UnreadableError

Reader = Callable[..., Document]

MODULES: Mapping[str, str] = {
    "text/html": "html",
    "text/plain": "text",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/msword": "doc",
    "application/rtf": "rtf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.oasis.opendocument.text": "odf",
    "application/vnd.oasis.opendocument.spreadsheet": "odf",
    "application/vnd.oasis.opendocument.text-flat-xml": "odf",
    "application/vnd.oasis.opendocument.spreadsheet-flat-xml": "odf",
    "application/vnd.ms-word.2003+xml": "flat_word",
    "application/vnd.ms-word.flat+xml": "flat_word",
    "application/vnd.ms-excel.2003+xml": "flat_sheet",
    "message/rfc822": "mhtml",
    "application/ofd": "ofd",
    "application/zip": "container",
    "application/vnd.rar": "container",
    "application/x-7z-compressed": "container",
    "application/gzip": "container",
    "application/x-tar": "container",
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/tiff": "picture",
    "image/bmp": "picture",
    "image/gif": "picture",
    "image/webp": "picture",
}


def reader(media_type: str) -> Reader:
    """The reader of a media type.

    Raises:
        UnreadableError: there is none (``unsupported_format``).
    """
    name = MODULES.get(media_type)
    if name is None or importlib.util.find_spec(f"{__name__}.{name}") is None:
        raise UnreadableError("unsupported_format", f"no reader for {media_type}")
    found: Reader = importlib.import_module(f"{__name__}.{name}").read
    return found


READERS: Mapping[str, Reader]
"""Media type -> reader, for the formats that have one here (resolved on first use)."""


def __getattr__(name: str) -> object:
    if name != "READERS":
        raise AttributeError(name)
    return {
        t: reader(t) for t, m in MODULES.items() if importlib.util.find_spec(f"{__name__}.{m}") is not None
    }
