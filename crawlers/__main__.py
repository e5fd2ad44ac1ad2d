"""``python -m crawlers JOB.json``: the child process of a crawl."""

import sys

from crawlers.child import main

sys.exit(main(sys.argv[1:]))
