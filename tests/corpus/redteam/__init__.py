"""Documents made to mislead the reader, as agencies' software really makes them.

Independent of the corpus generator: its own figures, grids and painters. `figures` draws lawful figures and what is
printed for each; `shapes` lays them out in the ways that agencies have; `paint_*` renders; `hunt` judges thousands:
`python -m tests.corpus.redteam.hunt`.
"""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files
