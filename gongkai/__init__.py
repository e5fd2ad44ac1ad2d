"""The front door: the command line and the demo sites.

    cli.py          `gongkai`: global options, one-line errors, exit codes
    commands/       one module a command; what a command needs is imported when it runs, so that
                    `gongkai --help` and `gongkai extract` need neither Prefect nor Scrapy
    session.py      the store and the way of speaking that the global options chose
    errors.py       what went wrong -> one line and an exit code
    output.py       tables for people, JSON for machines
    progress.py     what is happening now, on standard error
    demo/           three small government sites on loopback

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 findings (a document
that cannot be read, a damaged object), 2 wrong use, 3 partial (some sites failed, the others are done), 4 the
store cannot be used, 70 a defect of gongkai (its log is named), 130 interrupted, 143 terminated.
"""
