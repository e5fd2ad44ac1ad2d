"""A running explorer on a made release, asked over loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from crawlers.rendering.browser import find_browser
from dataset.explorer.app import make_app
from dataset.explorer.explorer import Explorer
from dataset.explorer.release_file import fetch_release
from storage import ObjectStore, open_store
from tests.dataset.explorer.made_archive import make


@dataclass
class Running:
    url: str
    explorer: Explorer
    store: ObjectStore
    client: httpx.Client

    def get(self, path: str, **more: object) -> httpx.Response:
        self.client.cookies.clear()
        return self.client.get(path, **more)  # type: ignore[arg-type]

    def html(self, path: str, **more: object) -> str:
        answer = self.get(path, **more)
        assert answer.status_code == 200, (answer.status_code, answer.text[:400])
        return answer.text

    def report(self, agency: str, year: int) -> str:
        rows = self.explorer.db.rows(
            "SELECT report_id FROM reports WHERE agency = ? AND year = ? AND current", (agency, year)
        )
        assert len(rows) == 1
        return str(rows[0]["report_id"])


@pytest.fixture(scope="session")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> ObjectStore:
    store = open_store(f"file://{tmp_path_factory.mktemp('explorer')}/store")
    make(store)
    return store


@contextmanager
def serving(store: ObjectStore, cache: Path) -> Iterator[Running]:
    explorer = Explorer(fetch_release(store, cache), store)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(explorer), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with httpx.Client(base_url=url, timeout=60, follow_redirects=False) as client:
        yield Running(url, explorer, store, client)
    server.should_exit = True
    thread.join(20)
    listening.close()


@pytest.fixture(scope="session")
def running(made_store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(made_store, Path(tmp_path_factory.mktemp("cache"))) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(find_browser()), args=["--no-sandbox"])
        yield started
        started.close()


def see(page: Any, marked: Any) -> None:
    """Wait until the mark is in sight in the frame, where a script moves it; fails if it never is."""
    end = time.monotonic() + 60
    while True:
        box, frame = marked.bounding_box(), page.locator("iframe").bounding_box()
        if box and frame and frame["y"] <= box["y"] <= frame["y"] + frame["height"] - box["height"]:
            return
        assert time.monotonic() < end, ("not in sight", box, frame)
        page.wait_for_timeout(50)


@contextmanager
def silent_page(browser: Any, running: Running, **more: Any) -> Iterator[Any]:
    """A page whose console must stay silent: what the policy of the explorer forbids would be said there."""
    context = browser.new_context(
        base_url=running.url,
        **{"viewport": {"width": 1280, "height": 860}, "locale": "zh-CN", "accept_downloads": True, **more},
    )
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    context.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith((running.url, "data:", "blob:"))] == []
