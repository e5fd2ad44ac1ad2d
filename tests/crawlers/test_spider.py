# ruff: noqa: E501 - pages and titles as sites write them
"""Politeness, walls, errors and limits, as servers see them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
import sim_trs as trs
from sim_child import ROOT, Crawled, entry
from sim_content import PDF, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource, serve

from crawlers.rendering.browser import why_no_browser
from storage import Archive, open_store

ONE = reports(range(2023, 2024))[0]
PATH = "/nb/202401/t20240115_1.html"


def small(**kwargs: object) -> GovernmentSite:
    site = GovernmentSite(**kwargs)  # type: ignore[arg-type]
    site.page("/nb/", shell("政府信息公开年报", f'<ul><li><a href="{PATH}">{ONE.title}</a></li></ul>'))
    site.page(PATH, report_article(ONE))
    return site


def test_crawl_delay_is_kept_and_requests_never_meet(crawl: Callable[..., Crawled]) -> None:
    site, _ = trs.build(range(2023, 2024), per_page=9)
    site.robots = "User-agent: *\nCrawl-delay: 0.3\n"
    site.latency = 0.05
    with serve(site) as base:
        crawl(entry(base + trs.COLUMN, delay=0.1))
    assert len(site.asked) > 20
    assert site.most_together == 1
    # The first gap is between robots.txt and the page after it, and counts as well.
    assert min(site.gaps()) >= 0.29


def test_the_registry_delay_is_kept_where_robots_ask_for_less(crawl: Callable[..., Crawled]) -> None:
    site = small(robots="User-agent: *\nCrawl-delay: 0.1\n")
    with serve(site) as base:
        crawl(entry(base + "/nb/", delay=0.4))
    assert min(site.gaps()) >= 0.39


def test_robots_are_obeyed_and_reported(crawl: Callable[..., Crawled]) -> None:
    site = small(robots="User-agent: *\nDisallow: /\n")
    with serve(site) as base:
        done = crawl(entry(base + "/nb/"))
    assert site.paths() == ["/robots.txt"]
    assert done.site()["outcomes"]["error:robots"] == 1
    assert done.site()["issues"][0]["code"] == "robots"
    refused = next(c for c in done.captures() if c.outcome == "error:robots")
    assert (refused.status, refused.sha256) == (None, None)


def test_a_robots_file_that_fails_closes_the_site(crawl: Callable[..., Crawled]) -> None:
    site = small()
    site.endpoints["/robots.txt"] = lambda asked: None
    site.robots = None
    with serve(site) as base:
        assert crawl(entry(base + "/nb/")).site()["reports"] == 1  # 404: everything is allowed
    broken = small()
    broken.answer = lambda asked: Resource(b"", status=500, validators=False)  # type: ignore[method-assign]
    with serve(broken) as base:
        done = crawl(entry(base + "/nb/"), retries=1)
    assert set(broken.paths()) == {"/robots.txt"}
    assert "error:robots_http_500" in done.site()["outcomes"]


def test_the_user_agent_names_project_and_contact(crawl: Callable[..., Crawled]) -> None:
    site = small()
    with serve(site) as base:
        crawl(entry(base + "/nb/"), contact="owner@archive.example")
    agents = {asked.headers["user-agent"] for asked in site.asked}
    assert len(agents) == 1
    agent = agents.pop()
    assert agent.startswith("gongkai/")
    assert "owner@archive.example" in agent


WALLS = {
    "ruishu": Resource(b"<html><script>$_ts=window['$_ts'];</script></html>", status=412, validators=False),
    "jiasule": Resource(
        b"<script>document.cookie='__jsl_clearance_s=1'</script>", status=521, validators=False
    ),
    "safeline": Resource(b"<html><div id=safeline_bot_challenge></div></html>", validators=False),
    "edgeone": Resource(b"<script src=EOJSChallengeSDK.js></script>", validators=False),
    "aliyun": Resource(b"<script>var arg1='x';setCookie('acw_sc__v2')</script>", validators=False),
    "forbidden": Resource(b"<html>403 Forbidden</html>", status=403, validators=False),
}


def test_walls_are_recorded_and_never_stored(crawl: Callable[..., Crawled]) -> None:
    with ExitStack() as stack:
        sites = {wall: small() for wall in WALLS}
        bases = {wall: stack.enter_context(serve(site)) for wall, site in sites.items()}
        for wall, resource in WALLS.items():
            sites[wall].pages[PATH] = resource
        done = crawl(*(entry(bases[wall] + "/nb/", id=wall) for wall in WALLS))
    for wall, site in sites.items():
        found = next(c for c in done.captures(wall) if c.url.endswith(PATH))
        assert (found.outcome, found.sha256) == (f"blocked:{wall}", None)
        assert done.site(wall)["blocked"] == [f"{wall} {bases[wall]}{PATH}"]
        assert site.paths().count(PATH) == 2  # one slow further try


def test_a_wall_that_opens_is_no_wall(crawl: Callable[..., Crawled]) -> None:
    site = small()
    times = []

    def first_blocked(asked: Asked) -> Resource | None:
        times.append(asked.began)
        return Resource(b"busy", status=403, validators=False) if len(times) == 1 else None

    site.endpoints[PATH] = first_blocked
    with serve(site) as base:
        done = crawl(entry(base + "/nb/"))
    assert done.site()["blocked"] == []
    assert done.site()["reports"] == 1


def test_a_cookie_redirect_to_itself_is_passed(crawl: Callable[..., Crawled]) -> None:
    site = small()

    def gate(asked: Asked) -> Resource | None:
        if "CT6T=1" in asked.headers.get("cookie", ""):
            return None
        return Resource(
            b"",
            status=302,
            headers={"Location": asked.path, "Set-Cookie": "CT6T=1; path=/"},
            validators=False,
        )

    site.endpoints["/nb/"] = gate
    with serve(site) as base:
        done = crawl(entry(base + "/nb/"))
    assert done.site()["reports"] == 1
    listing = next(c for c in done.captures() if c.url.endswith("/nb/"))
    assert listing.redirects == (f"{base}/nb/",)
    assert "CT6T" not in str(listing.request_headers | listing.response_headers)


NO_ANSWERS = {
    "error:soft_404": Resource("<html><body>您访问的页面不存在</body></html>".encode(), validators=False),
    "error:empty": Resource(b"", validators=False),
    "error:not_found": Resource(b"gone", status=404, validators=False),
    "error:http_500": Resource(b"oops", status=500, validators=False),
    "error:too_large": Resource(b"x" * 70_000, "application/pdf", validators=False),
}


def test_answers_that_are_none(crawl: Callable[..., Crawled]) -> None:
    cases = [*NO_ANSWERS.items(), ("error:soft_404", Resource(b"Hello, World!", validators=False))]
    with ExitStack() as stack:
        entries = []
        for number, (_, resource) in enumerate(cases):
            site = small()
            site.pages[PATH] = resource
            entries.append(entry(stack.enter_context(serve(site)) + "/nb/", id=f"s{number}"))
        done = crawl(*entries, max_body=60_000)
    for number, (outcome, _) in enumerate(cases):
        found = next(c for c in done.captures(f"s{number}") if c.url.endswith(PATH))
        assert (found.outcome, found.sha256) == (outcome, None)


def test_server_errors_are_tried_again(crawl: Callable[..., Crawled]) -> None:
    site = small()
    times: list[float] = []

    def shaky(asked: Asked) -> Resource | None:
        times.append(asked.began)
        return Resource(b"", status=503, validators=False) if len(times) < 3 else None

    site.endpoints[PATH] = shaky
    with serve(site) as base:
        done = crawl(entry(base + "/nb/"), backoff=0.2)
    assert done.site()["reports"] == 1
    assert times[1] - times[0] >= 0.2
    assert times[2] - times[1] >= 0.4


def test_a_lost_body_is_asked_again(crawl: Callable[..., Crawled]) -> None:
    site = small()
    with serve(site) as base:
        first = crawl(entry(base + "/nb/"))
        sha256 = next(c.sha256 for c in first.captures() if c.url.endswith("/nb/"))
        assert sha256 is not None
        folder = Path(first.store.removeprefix("file://"))
        next(folder.rglob(sha256)).unlink()
        second = crawl(entry(base + "/nb/"), recheck_days=0)
    assert second.site()["reports"] == 1
    assert "archived_body_lost" in {issue["code"] for issue in second.site()["issues"]}
    assert Archive(open_store(first.store)).has_body(sha256)


def test_only_allowed_hosts_also_after_redirects(crawl: Callable[..., Crawled]) -> None:
    other = small()
    site = small()
    with serve(other) as foreign, serve(site) as base:
        site.page(
            "/nb/",
            shell(
                "政府信息公开年报",
                f'<a href="{foreign}{PATH}">{ONE.title}</a><a href="/nb/moved.html">{ONE.title}（一）</a>',
            ),
        )
        site.pages["/nb/moved.html"] = Resource(
            b"", status=302, headers={"Location": f"{foreign}{PATH}"}, validators=False
        )
        done = crawl(entry(base + "/nb/"))
    assert other.asked == []
    assert "host_not_allowed" in {issue["code"] for issue in done.site()["issues"]}
    assert done.site()["outcomes"]["error:host_not_allowed"] == 1


def test_private_addresses_are_refused(crawl: Callable[..., Crawled]) -> None:
    site = small()
    with serve(site) as base:
        by_number = crawl(entry(base + "/nb/", allow_private=False))
        by_name = crawl(
            entry(base.replace("127.0.0.1", "localhost") + "/nb/", allow_private=False), retries=0
        )
    assert site.asked == []
    for done in (by_number, by_name):
        assert done.code == 0
        assert set(done.site()["outcomes"]) == {"error:private_address"}


def test_attachments_that_are_error_pages_are_not_kept(crawl: Callable[..., Crawled]) -> None:
    site = small()
    site.page(
        PATH,
        report_article(ONE, '<a href="a.pdf">附件</a><a href="b.pdf">附件二</a><a href="c?id=1">附件三</a>'),
    )
    site.file("/nb/202401/a.pdf", PDF, "text/html")  # wrong type declared, right bytes
    site.page("/nb/202401/b.pdf", article("登录"))
    site.page("/nb/202401/c", report_article(ONE))  # a report saved as a page
    with serve(site) as base:
        done = crawl(entry(base + "/nb/"))
    outcomes = {c.url.rsplit("/", 1)[1]: c.outcome for c in done.captures() if c.role == "attachment"}
    assert outcomes == {"a.pdf": "new", "b.pdf": "error:page_for_file", "c?id=1": "new"}


def test_pictures_that_may_be_the_tables_are_kept(crawl: Callable[..., Crawled]) -> None:
    site = small()
    images = '<img src="t1.png"><img src="/images/logo.png"><h3>二'
    site.page(PATH, report_article(ONE).replace("<h3>二", images, 1))
    site.file("/nb/202401/t1.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
    with serve(site) as base:
        done = crawl(entry(base + "/nb/"))
    found = {c.url.rsplit("/", 1)[1]: c.outcome for c in done.captures() if c.role == "attachment"}
    assert found == {"t1.png": "new"}


def test_an_unreachable_store_ends_the_job(crawl: Callable[..., Crawled], tmp_path: Path) -> None:
    site = small()
    (tmp_path / "file").write_text("x")
    with serve(site) as base:
        done = crawl(entry(base + "/nb/"), store=f"file://{tmp_path}/file/store")
    assert done.code == 4
    assert "Traceback" not in done.errors
    assert len(done.errors.strip().splitlines()) == 1
    assert site.asked == []


def test_a_bad_job_is_a_line(tmp_path: Path) -> None:
    job = tmp_path / "job.json"
    job.write_text('{"run": "x"}')
    for name in (str(job), str(tmp_path / "none.json")):
        done = subprocess.run(
            [sys.executable, "-m", "crawlers", name], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


@contextmanager
def _started(tmp_path: Path, base: str, **kwargs: object) -> Iterator[subprocess.Popen[str]]:
    """A crawl in a child, which is ended with the block."""
    job = tmp_path / "job.json"
    job.write_text(
        f'{{"run": "20260101T000000Z-aaaaaa", "store": "file://{tmp_path}/store", "out": "{tmp_path}/out.json",'
        f'"sites": [{{"id": "site", "name": "x", "region": "410711", "start": ["{base}{trs.COLUMN}"],'
        f'"allow_private": true, "delay": 0.2}}]}}'
    )
    with subprocess.Popen(
        [sys.executable, "-m", "crawlers", str(job)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **kwargs,  # type: ignore[call-overload]
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _wait_for(site: GovernmentSite, number: int) -> None:
    end = time.monotonic() + 120
    while len(site.asked) < number and time.monotonic() < end:
        time.sleep(0.05)
    assert len(site.asked) >= number


def test_a_stopped_job_keeps_what_it_has(tmp_path: Path) -> None:
    site, _ = trs.build()
    with serve(site) as base, _started(tmp_path, base) as child:
        _wait_for(site, 6)
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=60)
        assert (child.returncode, errors) == (0, "")
        answered = len(site.asked)
    done = Crawled(0, {}, [], "", "20260101T000000Z-aaaaaa", f"file://{tmp_path}/store")
    captures = done.captures()
    assert answered - 1 <= len(captures) <= answered
    archive = Archive(open_store(done.store))
    assert all(archive.has_body(c.sha256) for c in captures if c.sha256)
    assert '"stopped"' in (tmp_path / "out.json").read_text()


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    site, _ = trs.build()
    read, write = os.pipe()
    environment = {**os.environ, "GONGKAI_PARENT_PIPE": str(read)}
    with serve(site) as base, _started(tmp_path, base, pass_fds=(read,), env=environment) as child:
        os.close(read)
        try:
            _wait_for(site, 3)
        finally:
            os.close(write)
        assert child.wait(60) == -signal.SIGKILL
        time.sleep(0.5)  # what it had asked is answered by now
        asked = len(site.asked)
        time.sleep(0.5)
        assert len(site.asked) == asked


SCRIPTED = """<div id="box" class="list"></div><script>
fetch('/api/list').then(r => r.json()).then(d => {
  for (const e of d) { const a = document.createElement('a'); a.href = '/nb/20240' + '1/t2024' + '0115_' + e.n + '.html';
    a.textContent = e.t; document.getElementById('box').append(a); }
  fetch('http://127.0.0.1:9/metrics'); new Image().src = '/pixel.png'; });
</script>"""


@pytest.mark.browser
@pytest.mark.skipif(why_no_browser() is not None, reason=str(why_no_browser()))
@pytest.mark.parametrize("render", ["auto", "always"])
def test_a_list_that_only_scripts_build(render: str, crawl: Callable[..., Crawled]) -> None:
    site = small(robots="User-agent: *\nCrawl-delay: 0.2\n")
    site.page("/nb/", shell("政府信息公开年报", SCRIPTED))
    titles = [r.title for r in reports(range(2023, 2024))[:5]]
    import json

    site.endpoints["/api/list"] = lambda asked: Resource(
        json.dumps([{"n": n, "t": t} for n, t in enumerate(titles)]).encode(),
        "application/json",
        validators=False,
    )
    for number, report in enumerate(reports(range(2023, 2024))[:5]):
        site.page(f"/nb/202401/t20240115_{number}.html", report_article(report))
    with serve(site) as base:
        done = crawl(entry(base + "/nb/", render=render))
        assert done.code == 0, done.errors
        assert done.site()["reports"] == 5
        assert "/pixel.png" not in site.paths()
        assert site.most_together == 1
        assert min(site.gaps()) >= 0.19
    by = {(c.url.removeprefix(base), c.renderer) for c in done.captures()}
    assert ("/nb/#rendered", "browser") in by
    assert ("/api/list", "browser") in by
    ours = {child.pid for child in psutil.Process().children(recursive=True)}
    assert not any(
        "crawlers" in " ".join(one.info["cmdline"] or ()) and "chrom" in (one.info["name"] or "")
        for one in psutil.process_iter(["cmdline", "name"])  # says nothing of one that ends meanwhile
        if one.pid in ours
    )


def test_without_a_browser_the_site_says_so(crawl: Callable[..., Crawled]) -> None:
    shelled, good = small(), small()
    shelled.page("/nb/", shell("政府信息公开年报", SCRIPTED))
    with serve(shelled) as base, serve(good) as other:
        done = crawl(entry(base + "/nb/", id="shell"), entry(other + "/nb/", id="good"), browser=False)
    assert "needs_browser" in {issue["code"] for issue in done.site("shell")["issues"]}
    assert done.site("shell")["outcomes"]["error:needs_browser"] == 1
    assert done.site("good")["reports"] == 1
