"""The public dataset: records into reports, reports into releases, any figure back to its bytes.

    sites.py      what a release must know of a site: region and body, from the store alone
    sources.py    every body that is a report: where and when it was seen, and what its record says in short
    model.py      what a release is made of: reports, their documents, issues
    reports.py    bodies -> reports (agency, year): copies, versions, and what cannot be resolved
    joining.py    what is one report although it was found in several regions
    tables.py     the released tables: columns, rows, the words for places and flags
    writers.py    rows -> Parquet and CSV
    release.py    a release: files, manifest, and the pointer that flips last
    trace.py      the chain of one figure
    coverage.py   who should have reported, who has, and why not: the ledger of a year
    bodies.py     names of bodies, compared without their places
    archived.py   what coverage takes from the archive

Layout in the store:

    releases/versions.json                 the releases that exist, oldest first; any other does not
    releases/<version>/figures.parquet     one row a cell; also figures.csv
    releases/<version>/reports.parquet     one row a report; also reports.csv
    releases/<version>/documents.parquet   one row an address of a report's document; also documents.csv
    releases/<version>/issues.parquet      what cannot be relied on or published; also issues.csv
    releases/<version>/manifest.json       size and SHA-256 of each file, counts, hash of the content

A version is a date and a counter. Its files are written once, its manifest after them, `versions.json` last:
a publication that was killed leaves a folder that no pointer names, and the next one takes the next counter.
A release whose content would be that of the last one is not made.
"""
