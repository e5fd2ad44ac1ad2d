"""Where a browser is, and how it is started."""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from crawlers.guard import allowed_hosts
from crawlers.job import Job
from crawlers.rendering.gate import Gate

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--blink-settings=imagesEnabled=false",
)
# Playwright keeps its own builds here unless PLAYWRIGHT_BROWSERS_PATH says otherwise.
_BUILDS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium_headless_shell-*/chrome-*/*headless*shell",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
_CACHE = Path("~/Library/Caches/ms-playwright" if sys.platform == "darwin" else "~/.cache/ms-playwright")


class BrowserMissingError(Exception):
    """No page can be rendered on this machine; the message says what to install."""


@cache
def find_browser() -> Path | None:
    """Return the Chromium to use: Playwright's own, else one on the PATH; None where there is neither."""
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or _CACHE.expanduser())
    own = [path for pattern in _BUILDS for path in sorted(root.glob(pattern), reverse=True)]
    for path in own:
        if os.access(path, os.X_OK):
            return path
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return None


def why_no_browser() -> str | None:
    """Return what is missing for rendering, None where nothing is."""
    if find_spec("playwright") is None or find_spec("scrapy_playwright") is None:
        return "the extra `browser` is not installed: pip install 'gongkai[browser]'"
    if find_browser() is None:
        return "no Chromium was found: install `chromium`, or run `playwright install chromium`"
    return None


def launch_options(gate: Gate) -> dict[str, Any]:
    """Return Playwright's launch options; the sandbox stays on except for root, for whom Chromium refuses it.

    Args:
        gate: the only way out, also for addresses on loopback.
    """
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    # Names are the gate's to resolve.
    arguments = [*_ARGUMENTS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    if as_root:
        arguments.append("--no-sandbox")
    return {
        "executable_path": str(find_browser()),
        "headless": True,
        "args": arguments,
        "proxy": {"server": gate.address, "bypass": "<-loopback>"},
        "chromium_sandbox": not as_root,
        "timeout": 30_000,
        "handle_sigint": False,  # ours to handle: captures are flushed first
        "handle_sigterm": False,
        "handle_sighup": False,
    }


def rendering_settings(job: Job) -> dict[str, Any]:
    """Return the Scrapy settings for rendering; none where no site may need it or nothing could do it."""
    if not job.settings.browser or all(site.render == "never" for site in job.sites) or why_no_browser():
        return {}
    rendered = [site for site in job.sites if site.render != "never"]
    reached = {site.id: allowed_hosts(site.start, site.hosts) for site in rendered}
    private = [reached[site.id] for site in rendered if site.allow_private]
    gate = Gate(frozenset[str]().union(*reached.values()), frozenset[str]().union(*private))
    handler = "crawlers.rendering.handler.RenderingHandler"
    return {
        "DOWNLOAD_HANDLERS": {
            "http": handler,
            "https": handler,
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch_options(gate),
        "GONGKAI_GATE": gate,
        "PLAYWRIGHT_MAX_CONTEXTS": 2,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": job.settings.browser_timeout * 1000,
        "PLAYWRIGHT_ABORT_REQUEST": "crawlers.rendering.handler.refuse",
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
    }
