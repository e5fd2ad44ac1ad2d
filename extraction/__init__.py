"""Bytes -> Record: a pure function, no network, no store, no clock.

The same bytes and the same extractor give the same JSON byte for byte.

Layout, in the order of the way a document takes:

- `sniff` says what the bytes are; `readers` (one module a format) turn them into a `Document`: paragraphs
  and tables with places. Behind this line nobody knows the file format.
- `segments`, `columns`, `align`, `assemble` (behind `tables`) recognise the statutory tables: heads,
  columns, rows, edition, cells. `flow` is the last resort for text that lost its tables. What a label
  means is data: `editions`.
- `shapes` reads tables in other shapes than the form's; `second_look` reads again where identities fail, and
  `copies` compares the documents of one report.
- `values` reads a cell text. Only what can be read in one way becomes a figure.
- `identity`, `agency`, `dates`, `sections`, `kind` read who, when, what sections, and whether it is a
  report at all.
- `checks` judges the identities of the edition on the figures as printed.
- `several` finds where the reports begin in a document that joins those of several bodies, `parts` makes a
  record of each where that is certain.

Three rules hold everywhere. A figure is never altered and never guessed: what cannot be read with
certainty is null with a status and an issue. Blank is null, never zero. Nothing is dropped: rows and
columns that no edition knows are kept in `extra`.

`extract` never raises for a bad document: it gives a record of kind ``unreadable`` whose issue says why. An
unexpected exception in a reader is not hidden either: it becomes the issue ``reader_failed`` with its type.
"""

from __future__ import annotations

from extraction.extractor import extract, extract_all
from extraction.record import Record
from extraction.version import EXTRACTOR

__all__ = ["EXTRACTOR", "Record", "extract", "extract_all"]
