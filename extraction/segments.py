"""Tables -> segments: a head (rows of column heads) and the data rows under it.

Sites and converters print one form as one table, or as four, five, six; they cut a table at a page end and
repeat its head or not. So tables are taken apart row by row: a head row opens a segment, data rows belong
to the segment above them, a table without a head continues the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extraction.document import Cell, Paragraph, Table
from extraction.forms import Form, forms, is_caption
from extraction.normalise import label_core, squeeze
from extraction.values import is_figure, is_value_like

Line = tuple[int, tuple[Cell, ...]]
"""A row: its number in the table, and the cells that start in it."""


@dataclass
class Segment:
    """A head and its data rows, all from one table.

    Attributes:
        kind: table key, or None where no head and no label says what it is.
        index: zero-based number of the table in the document.
        table: the table.
        head: head rows; empty for a continuation.
        rows: data rows.
        clause: caption of article 20 above it, if any.
        context: the text of the paragraphs right before the table.
    """

    kind: str | None
    index: int
    table: Table
    head: list[Line] = field(default_factory=list)
    rows: list[Line] = field(default_factory=list)
    clause: str | None = None
    context: str = ""


def segments(blocks: list[Paragraph | Table], skip: frozenset[int] = frozenset()) -> list[Segment]:
    """All segments of a document in reading order, but for the tables whose numbers are in `skip`."""
    out: list[Segment] = []
    index = 0
    context: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            context.append(block.text)
            continue
        found = _split(block, index) if index not in skip else []
        for segment in found:
            segment.context = "\n".join(context[-3:])
        out += found
        index += 1
        context = []
    return out


def _split(table: Table, index: int) -> list[Segment]:
    out: list[Segment] = []
    current: Segment | None = None
    clause: str | None = None
    for number, cells in enumerate(table.rows):
        texts = [cell.text for cell in cells if squeeze(cell.text)]
        if not texts:
            # A blank row is a data row (its label may be lost), except inside a head.
            if current is not None and current.rows:
                current.rows.append((number, cells))
            continue
        if all(is_caption(text) for text in texts):
            clause, current = squeeze(texts[0]), None
            continue
        kind = head_kind(texts)
        if kind is not None:
            if current is None or current.kind != kind or current.rows:
                current = Segment(kind, index, table, clause=clause)
                out.append(current)
            current.head.append((number, cells))
            continue
        if current is None:
            current = Segment(None, index, table, clause=clause)
            out.append(current)
        current.rows.append((number, cells))
    for segment in out:
        if segment.kind is None:
            segment.kind = _kind_of_rows(segment)
    return out


def head_kind(texts: list[str]) -> str | None:
    """The table whose column heads a row holds, or None for a data row."""
    if any(is_figure(text) for text in texts):
        return None
    known = forms()
    requests, review, proactive = known["requests"], known["review_litigation"], known["proactive"]
    cores = [label_core(text) for text in texts]
    if any(core in proactive.row_head for core in cores):
        return "proactive"
    if any(requests.markers[0] in squeeze(text) or requests.head(text) for text in texts):
        return "requests"
    leaves = [key for text in texts if (key := requests.column(text))]
    if len(set(leaves) - {"other", "total"}) >= 1 and _only(requests, texts):
        return "requests"
    if _is_review_head(review, texts, cores):
        return "review_litigation"
    columns = [proactive.column(text) for text in texts]
    if sum(key is not None for key in columns) >= max(1, len(texts) - 1) and proactive.row(texts[0]) is None:
        return "proactive"
    return None


def _only(form: Form, texts: list[str]) -> bool:
    return all(form.column(text) or form.head(text) or not form.knows(text) for text in texts)


def _is_review_head(review: Form, texts: list[str], cores: list[str]) -> bool:
    if len(texts) > len(review.columns) and all(review.pair(text) for text in texts):
        return True
    named = [
        bool(review.row(text) or review.column(text) or core in review.markers)
        for text, core in zip(texts, cores, strict=True)
    ]
    if not all(named):
        return False
    if len({block for text in texts if (block := review.row(text))}) > 1:
        return True  # a row of procedures alone, their outcomes in the row below
    return any(review.column(text) not in {None, "total"} for text in texts) or set(review.markers) <= set(
        cores
    )


def _kind_of_rows(segment: Segment) -> str | None:
    """What rows without a head are, by their labels; None when the labels do not say.

    Half of the rows with words must speak for it: labels in a single row are heads of another table.
    """
    votes: dict[str, int] = {}
    worded = 0
    for _, cells in segment.rows:
        labels = [cell.text for cell in cells if not is_value_like(cell.text)]
        worded += bool(labels)
        for key in ("proactive", "requests"):
            if any(forms()[key].row(label) for label in labels):
                votes[key] = votes.get(key, 0) + 1
    if not votes:
        return None
    best = max(votes, key=lambda key: votes[key])
    return best if list(votes.values()).count(votes[best]) == 1 and votes[best] * 2 >= worded else None
