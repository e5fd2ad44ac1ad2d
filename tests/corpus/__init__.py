"""The corpus: an independent adversary of the extractor.

Everything here is written from the facts about the reports (the forms of 2019 and 2021, the statistics table of 2014, the
ways in which real reports deviate) and never from the extractor's code: nothing in this package imports `extraction`
except `judge`, which calls its one public function.

Layout
    forms.py        the statutory forms: rows, columns, printed labels; our own statement of them
    figures.py      lawful random figures, the ways agencies print them, and an agency's own errors
    identities.py   agencies, titles, years, dates, wrappers
    narrative.py    six sections of prose with numbers that try to be taken for figures
    labels.py       how the printed labels are written
    grids.py        a printed table as cells with spans; the three tables of an edition, with deviations
    reports.py      one report: blocks in reading order, and its truth
    negatives.py    what looks like a report and is none
    renderers/      one module a format
    plan.py         the committed corpus, entry by entry: `python -m tests.corpus.plan`
    samples.py      five real reports beside the made ones
    generate.py     `python -m tests.corpus.generate --count N --seed S --out DIR`
    judge.py        `python -m tests.corpus.judge [DIR]`: the record against the truth, cell by cell
    documents/      the committed corpus: each document beside its `<name>.truth.json`

Truth
    A truth file states for each cell of the edition what is printed (`raw`), what it means (`value`, a number or null) and
    its `status`. A figure in a document must come out as that figure or be flagged; a blank must come out as null.
    An agency's own arithmetic error is part of the truth: the figures stay as printed and a check must say so (`broken`).
"""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files
