"""A release in a browser: figure by figure, each with the document it was printed in.

A Starlette application that answers with HTML made on the server, from the SQLite file of a release, opened
read-only. Nothing is built, nothing is fetched from elsewhere, and all but the keyboard and the export of
charts as pictures works without JavaScript. Why not Datasette: ``docs/decisions/0012-explorer.md``.

    release_file.py   the SQLite file: from the store into a cache folder, its hash checked
    database.py       fixed queries with parameters, read-only, ended after some seconds
    queries.py        what reports and lists show; totals.py what is counted over the release; desk.py doubts
    forms.py          statutory tables as on paper, from the editions; layouts.yaml says what those leave out
    evidence.py       a figure's place in its document, and the chain back to the bytes
    documents.py      an archived document: its page, its frame, its bytes
    shown.py          archived bytes in a child process (child.py) that may die of them: show_html.py,
                      show_pages.py, show_tables.py make what the browser shows
    charts.py         charts as SVG
    words.py          Chinese and English (words.yaml)
    safety.py         headers, names of hosts, formulas in CSV
    app.py            the application; views.py pages, lists.py lists and exports, api.py JSON

Whatever comes from archived documents is hostile: templates escape, pages of the archive stand in a frame
that has no origin and runs nothing, and their bytes are read in another process.
"""
