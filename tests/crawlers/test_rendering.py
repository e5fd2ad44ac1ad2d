# ruff: noqa: E501 - pages as sites write them
"""The browser: what it may ask, how long it may take, what of it is kept, how it is left."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import ExitStack
from typing import Any

import pytest
from sim_child import Crawled, entry, run_child
from sim_content import report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource, serve

from crawlers.rendering.browser import why_no_browser
from crawlers.rendering.gate import Gate
from storage import Archive, open_store

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(why_no_browser() is not None, reason=str(why_no_browser())),
]

ALL = reports(range(2023, 2024))[:6]
SCRIPT = """<div id="box" class="list"></div><link rel="stylesheet" href="/style.css"><img src="/seal.png">
<style>@font-face {{font-family: song; src: url(/song.woff2)}} body {{font-family: song}}</style><video src="/film.mp4"></video>
<script src="/list.js"></script><script>
fetch('/api/list', {{method: 'POST', body: 'page=1'}}).then(r => r.json()).then(d => {{
  for (const e of d) {{ const a = document.createElement('a'); a.href = '/nb/20240' + '1/t2024' + '0115_' + e.n + '.html';
    a.textContent = e.t; document.getElementById('box').append(a); }}
  {more} }});
</script>"""


def scripted(more: str = "") -> GovernmentSite:
    site = GovernmentSite()
    site.page("/nb/", shell("政府信息公开年报", SCRIPT.format(more=more)))
    data = json.dumps([{"n": n, "t": r.title} for n, r in enumerate(ALL)]).encode()
    site.endpoints["/api/list"] = lambda asked: Resource(data, "application/json", validators=False)
    site.pages["/list.js"] = Resource(b"// nothing", "text/javascript")
    for path in ("/style.css", "/seal.png", "/song.woff2", "/film.mp4"):
        site.pages[path] = Resource(b"x", "application/octet-stream")
    for number, report in enumerate(ALL):
        site.page(f"/nb/202401/t20240115_{number}.html", report_article(report))
    return site


def hanging() -> GovernmentSite:
    """Its data call never ends, and its script never rests."""
    site = scripted()

    def never(asked: Asked) -> Resource:
        time.sleep(60)
        return Resource(b"[]", "application/json")

    site.endpoints["/api/list"] = never
    site.page("/nb/", shell("政府信息公开年报", SCRIPT.format(more="") + "<script>while (true) {}</script>"))
    return site


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Crawled, dict[str, GovernmentSite]]:
    foreign = scripted()
    with ExitStack() as stack:
        other = stack.enter_context(serve(foreign, "127.0.0.2"))
        asks = f"fetch('{other}/api/list'); fetch('/moved'); new WebSocket('{other.replace('http', 'ws')}/socket');"
        sites = {"good": scripted(asks), "hanging": hanging(), "foreign": foreign}
        sites["good"].pages["/moved"] = Resource(
            b"", status=302, headers={"Location": other + "/secret"}, validators=False
        )
        entries = [
            entry(stack.enter_context(serve(sites[name])) + "/nb/", id=name, render="auto", delay=0.1)
            for name in ("good", "hanging")
        ]
        done = run_child(
            tmp_path_factory.mktemp("rendering"), *entries, browser_timeout=30, timeout=40, retries=0
        )
    assert (done.code, done.errors) == (0, "")
    return done, sites


Both = tuple[Crawled, dict[str, GovernmentSite]]


class TestRendering:
    pytestmark = needs_browser

    def test_the_list_is_read_and_nothing_but_text_is_loaded(self, rendered: Both) -> None:
        done, sites = rendered
        assert done.site("good")["reports"] == len(ALL)
        assert {"/api/list", "/list.js"} <= set(sites["good"].paths())
        assert not {"/style.css", "/seal.png", "/song.woff2", "/film.mp4"} & set(sites["good"].paths())

    def test_the_browser_is_as_polite_as_the_crawler(self, rendered: Both) -> None:
        _, sites = rendered
        assert sites["good"].most_together == 1
        assert min(sites["good"].gaps()) >= 0.095

    def test_no_other_host_is_reached_not_by_redirects_either(self, rendered: Both) -> None:
        _, sites = rendered
        assert "/moved" in sites["good"].paths()
        assert sites["foreign"].asked == []

    def test_what_came_over_the_wire_is_archived_beside_the_dom(self, rendered: Both) -> None:
        done, sites = rendered
        archive = Archive(open_store(done.store))
        captures = [c for c in done.captures("good") if c.renderer == "browser" and c.sha256]
        by = {c.url.removeprefix(sites["good"].base): c for c in captures}
        assert set(by) >= {"/nb/", "/nb/#rendered", "/api/list"}
        assert archive.get_body(by["/nb/"].sha256 or "") == sites["good"].pages["/nb/"].body
        asked: Any = None
        assert (
            archive.get_body(by["/api/list"].sha256 or "") == sites["good"].endpoints["/api/list"](asked).body
        )  # type: ignore[union-attr]
        assert (by["/api/list"].method, by["/api/list"].request_body) == ("POST", "page=1")
        assert ALL[0].title.encode() in archive.get_body(by["/nb/#rendered"].sha256 or "")

    def test_a_page_that_never_ends_is_given_up(self, rendered: Both) -> None:
        done, _ = rendered
        found = done.site("hanging")["errors"]
        assert [error.split()[0] for error in found] == ["timeout"], found
        assert done.site("hanging")["finished"] == "ok"


class FakePage:
    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def close(self) -> None:
        self.log.append("page")


class FakeContext:
    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.pages = [FakePage(log), FakePage(log)]

    async def close(self) -> None:
        self.log.append("context")


def test_pages_are_closed_before_their_context() -> None:
    handler = pytest.importorskip("crawlers.rendering.handler", exc_type=ImportError)
    log: list[str] = []

    class Wrapper:
        context = FakeContext(log)

    class Browser:
        context_wrappers = {"site": Wrapper}  # noqa: RUF012

    asyncio.run(handler._close_context(Browser, "site"))
    asyncio.run(handler._close_context(Browser, "another"))
    assert log == ["page", "page", "context"]


async def _through(gate: Gate, text: str) -> bytes:
    await gate.open()
    host, port = gate.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(text.encode())
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return answer


def test_the_gate_lets_out_only_what_may_be_reached() -> None:
    site = GovernmentSite()
    site.page("/a", "<html>ja</html>")
    with serve(site) as base:
        host = base.removeprefix("http://")
        port = host.split(":")[1]
        ask = f"GET {base}/a HTTP/1.1\r\nHost: {host}\r\nProxy-Connection: keep-alive\r\n\r\n"

        async def answers() -> list[bytes]:
            gates = [
                Gate(frozenset({host}), frozenset({host})),
                Gate(frozenset({host}), frozenset()),  # a private address
                Gate(frozenset({"www.x.gov.cn"}), frozenset()),  # another host
            ]
            found = [await _through(gate, ask) for gate in gates]
            by_name = Gate(frozenset({f"localhost:{port}"}), frozenset())
            found.append(await _through(by_name, f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n"))
            found.append(await _through(by_name, "nonsense\r\n\r\n"))
            for gate in (*gates, by_name):
                await gate.close()
            return found

        allowed, *refused, broken = asyncio.run(answers())
    assert b"200 OK" in allowed or b"HTTP/1.1 200" in allowed
    assert allowed.endswith(b"<html>ja</html>")
    assert [answer.split(b"\r\n")[0] for answer in refused] == [b"HTTP/1.1 403 Forbidden"] * 3
    assert broken == b""
    assert site.paths() == ["/a"]
    assert "proxy-connection" not in site.asked[0].headers
