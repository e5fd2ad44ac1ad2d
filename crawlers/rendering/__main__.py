"""``python -m crawlers.rendering``: print the browser that renders pages, or what is missing (exit 1)."""

import sys

from crawlers.rendering.browser import find_browser, why_no_browser

missing = why_no_browser()
sys.stdout.write(f"{missing or find_browser()}\n")
sys.exit(1 if missing else 0)
