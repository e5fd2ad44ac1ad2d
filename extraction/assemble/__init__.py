"""Rows as read -> the record's cells: which row each is, which edition, one table of each kind.

`keys` gives rows their keys, `choice` the table its edition, `cells` reads one cell, `filling` makes the
record's cells of a table, `guards` says what is missing or out of order, `remainder` keeps what fits nowhere.
Guards against silent errors are the point of it: a label met twice, labels out of printed order, rows
missing, rows of two editions in one table.
"""

from extraction.assemble.choice import choose_edition
from extraction.assemble.filling import fill
from extraction.assemble.keys import Instance, doubt, joined, key_rows
from extraction.assemble.remainder import Filled

__all__ = ["Filled", "Instance", "choose_edition", "doubt", "fill", "joined", "key_rows"]
