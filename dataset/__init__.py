"""The public dataset: records into reports, reports into releases, any figure back to its bytes.

What the archive knows:

    sites.py       what a release must know of a site: its entry, from the store alone
    past.py        the archive at a moment: now, or as of an earlier day
    sources.py     every body that is a report: where and when it was seen, and what its record says in short
    heads.py       what records say in short, read by workers.py; spool.py keeps them as condensed.py has them
    texts.py       what a report says in short: hash of its content, share of its text that is repeated
    model.py       what a release is made of: reports, their documents, versions, issues
    reports.py     bodies -> reports (agency, year): copies, versions, and what cannot be resolved
    joining.py, over_years.py, bodies.py   what is one report, one body
    coverage.py    who should have reported and has not; archived.py and released_coverage.py feed it

What is released:

    schema.yaml    the tables: columns, types, meaning; schema.py reads it
    layouts.py     what reports that are printed alike have in common
    rows.py        a report's rows; wide.py and short_names.yaml for the wide table; places.py names divisions
    portions.py    reports -> their rows in columns; writers.py to Parquet; draft.py writes all tables
    derived.py     Parquet -> CSV, Excel, DuckDB; sqlite.py -> SQLite with full-text search
    other_forms.py both, and the metadata that name them
    changes.py     what changed since the release before, and whether the source or the reader did
    gates.py       what a draft must meet (gates.yaml)
    metadata/      data package, Croissant, DCAT, PROV, citation, card, codebook, notes
    release.py     a release from draft to pointer; versions.py reads what there is; export.py takes them out
    trace.py       the chain of one figure
    explorer/      a release in the browser

Layout in the store:

    releases/versions.json                    the releases that exist, oldest first; any other does not
    releases/<version>/parquet/<table>…       the tables; by year: <table>/year=2021/<table>-2021.parquet
    releases/<version>/csv/, excel/           the same as CSV; for Excel with its mark
    releases/<version>/gongkai.sqlite, gongkai.duckdb
    releases/<version>/README.md, RELEASE_NOTES.md, CITATION.cff, LICENSE.txt, index.html
    releases/<version>/codebook.csv, codebook.md, datapackage.json, croissant.json, dcat.jsonld, prov.json
    releases/<version>/manifest.json          size and SHA-256 of each file, counts, hash of the content
    releases/failed/<moment>.json             what the gates said of a draft that was not published

A version is a date and a counter. Its files are written once, its manifest after them, `versions.json` last:
a publication that was killed leaves a folder that no pointer names, and the next one takes the next counter.
A release whose content would be that of the last one is not made.
"""
