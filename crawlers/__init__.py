"""The crawler: from a registry of sites to archived bodies and captures.

One generic Scrapy spider serves every site. What it knows comes from data and from small pure modules:

    registry, sites/*.yaml     which sites there are, where to start, what may be asked
    platforms/*.py             how a publishing platform shows its lists, see docs/platforms.md;
                               pure functions of a page
    columns, columns.yaml      which links lead towards the annual-report column
    remembered                 which columns earlier nights found, read from the site's state
    ending                     what the entry expects and was not found; whether the whole site was searched
    survey, detect             a short look at sites: what `gongkai sites verify` and `detect` ask
    checking, registry_file    what is wrong with registry files; writing them
    titles, titles.yaml        which links are reports, which are decoys, which can only be told by reading
    walls                      answers that are no answers: challenges, bans, soft 404s
    guard, robots, polite      what may be asked at all, and how slowly
    archiving                  bytes durable -> capture -> state, off the reactor thread
    rendering                  Chromium, only for sites whose list exists only after JavaScript ran
    spider, child, job         the crawl of one job, in a process of its own (`python -m crawlers JOB.json`)

Rules that hold everywhere:

* Every body that a site answered with is archived, listings and robots.txt included; a wall or an error page
is
  recorded but never stored as if it were the document.
* A known address is asked conditionally. After 304 the archived body is read back and parsed, so that a
listing that
  did not change still leads to its documents.
* A host sees one request at a time, and `max(site.delay, robots Crawl-delay)` between the end of one and the
start of
  the next.
* Only allowed hosts are asked (see `guard`), after every redirect and from the browser too.
* What is not understood is an issue in the job's figures, never a guess.

The bundled registry (`sites/<province>.yaml`) is written by scripts/build_registry.py from public lists. Its
addresses were seen there and not visited: `state` says so until `gongkai sites verify` was there.
"""
