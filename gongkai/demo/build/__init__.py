"""Makes the reports of the demo sites from text dumps of five real reports.

Layout::

    ../sources/<name>.<dialect>-text.txt   what a converter left of a real report
    ../sources/<name>.truth.json           its figures, read by people
    dumps.py      dump -> lines of prose and rows of cells, whatever the converter's dialect
    form.py       rows of cells -> the printed form with its true spans, one template for both editions
    web.py        -> an HTML fragment, as an editor or a word processor leaves it in a content system
    word.py       -> a DOCX (plain WordprocessingML, the same bytes on every build)
    fonts.py      subsets of fonts for printing
    printed.py    -> a PDF, printed by Chromium so that page ends cut rows inside a word
    __main__.py   ``python -m gongkai.demo.build``: writes ``../content/reports``

The results are committed, so that the demo needs neither a browser nor a font to serve them. Chromium stamps
its PDFs with the time of printing: the PDF is printed only on request (``--pdf``, which needs fonttools,
Chromium and the Noto CJK fonts), everything else is reproducible.
"""
