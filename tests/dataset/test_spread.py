import pickle

import pytest

from dataset.schema import Column, TableSchema
from dataset.spread import Columned, Piece, Spread

TABLE = TableSchema(
    "t",
    "表",
    "a table",
    (
        Column("year", "int32", "", ""),
        Column("flags", "string", "", ""),
        Column("report", "string", "", ""),
        Column("cell", "string", "", ""),
        Column("raw", "string", "", ""),
        Column("status", "string", "", ""),
        Column("sure", "double", "", ""),
    ),
    by_year=True,
)
COLUMNS = Columned(
    constants=("report",),
    values=("raw",),
    layout=("cell",),
    words=("status",),
    rare={"flags": "", "sure": 1.0},
)


@pytest.fixture
def spread() -> Spread:
    return Spread(TABLE, COLUMNS)


def rows(piece: Piece) -> list[tuple]:
    batch = piece.batch(TABLE)
    assert batch.schema.names == list(TABLE.arrow_file.names)
    return [tuple(row.values()) for row in batch.to_pylist()]


def test_rows_come_out_in_the_order_of_the_columns(spread) -> None:
    spread.add(("a",), [["1", "2"]], [["number", "blank"]], [{1: "odd"}, {}])
    spread.add_layout("form", lambda: [["x", "y"]])
    spread.add(("b",), [["3"]], [["blank"]], [{}, {0: None}])
    spread.add_layout("short", lambda: [["z"]])
    spread.add(("c",), [["4", None]], [["number", "number"]], [{0: "odd"}, {1: 0.5}])
    spread.add_layout("form", lambda: pytest.fail("asked once"))
    expected = [
        ("", "a", "x", "1", "number", 1.0),
        ("odd", "a", "y", "2", "blank", 1.0),
        ("", "b", "z", "3", "blank", None),
        ("odd", "c", "x", "4", "number", 1.0),
        ("", "c", "y", None, "number", 0.5),
    ]
    assert rows(spread.piece()) == expected
    assert rows(pickle.loads(pickle.dumps(spread.piece()))) == expected


def test_no_rows_are_a_batch_without_rows(spread) -> None:
    assert rows(spread.piece()) == []


def test_what_is_rare_is_kept_once(spread) -> None:
    spread.add(("a",), [["1"] * 3], [["number"] * 3], [{1: "odd", 2: "odd"}, {}])
    spread.add_layout("form", lambda: [["x"] * 3])
    flags = spread.piece().batch(TABLE)["flags"]
    assert flags.dictionary.to_pylist() == ["", "odd"]
