# ruff: noqa: E501 - pages and titles as sites write them
"""What happens between the socket and the page: TLS, compression, encodings, types, redirects, cookies, limits."""

from __future__ import annotations

import gzip
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from sim_child import Crawled, entry, run_child
from sim_content import PDF, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource, serve
from sim_tls import certificate, context

from crawlers.unpacking import NotCompressedError, inflate, unannounced

ONE, TWO = reports(range(2023, 2024))[:2]
PATH = "/nb/202401/t20240115_1.html"
LIST = shell("政府信息公开年报", f'<ul><li><a href="./202401/t20240115_1.html">{ONE.title}</a></li></ul>')


def small() -> GovernmentSite:
    site = GovernmentSite()
    site.page("/nb/", LIST)
    site.page(PATH, report_article(ONE))
    return site


def deflated(body: bytes, form: int) -> bytes:
    engine = zlib.compressobj(wbits=form)
    return engine.compress(body) + engine.flush()


def packed() -> GovernmentSite:
    site = small()
    site.pages["/nb/"] = Resource(deflated(LIST.encode(), -15))
    site.pages[PATH] = Resource(gzip.compress(report_article(ONE, '<a href="a.pdf">附件</a>').encode()))
    site.file("/nb/202401/a.pdf", gzip.compress(PDF), "application/pdf")
    return site


def liar() -> GovernmentSite:
    site = small()
    site.pages["/nb/"] = Resource(LIST.encode(), headers={"Content-Encoding": "gzip"})
    site.pages[PATH] = Resource(
        zlib.compress(report_article(ONE).encode()), headers={"Content-Encoding": "deflate"}
    )
    return site


def cut() -> GovernmentSite:
    site = small()
    site.pages[PATH] = Resource(
        gzip.compress(report_article(ONE).encode())[:-20], headers={"Content-Encoding": "gzip"}
    )
    return site


def bomb() -> GovernmentSite:
    site = small()
    site.pages[PATH] = Resource(gzip.compress(bytes(5_000_000)), headers={"Content-Encoding": "gzip"})
    return site


def mislabelled() -> GovernmentSite:
    site = small()
    site.pages["/nb/"] = Resource(
        LIST.replace("utf-8", "gb2312").encode("gb18030"), "text/html; charset=ISO-8859-1"
    )
    site.pages[PATH] = Resource(
        report_article(ONE, '<a href="a.PDF">附件</a>').replace('charset="utf-8"', "").encode("gb18030"),
        "application/octet-stream",
    )
    site.file("/nb/202401/a.PDF", PDF, "text/html")
    return site


def cases() -> GovernmentSite:
    """Paths that differ in case only, and links with every kind of dots."""
    site = GovernmentSite()
    lines = f'<li><a href="./A/../202401/t20240115_1.html">{ONE.title}</a></li><li><a href=".//202401/T20240115_1.html">{TWO.title}</a></li>'
    site.page("/NB/", shell("政府信息公开年报", f"<ul>{lines}</ul>"))
    site.page("/NB/202401/t20240115_1.html", report_article(ONE))
    site.page("/NB/202401/T20240115_1.html", report_article(TWO))
    return site


def session() -> GovernmentSite:
    site = small()
    site.pages["/nb/"].headers["Set-Cookie"] = "JSESSIONID=abc; path=/"

    def needs(asked: Asked) -> Resource | None:
        known = "JSESSIONID=abc" in asked.headers.get("cookie", "")
        return None if known else Resource(b"", status=500, validators=False)

    site.endpoints[PATH] = needs
    return site


def loop() -> GovernmentSite:
    site = small()

    def step(asked: Asked) -> Resource:
        onward = f"{PATH}?n={int(asked.query.get('n', 0)) + 1}"
        return Resource(b"", status=302, headers={"Location": onward}, validators=False)

    site.endpoints[PATH] = step
    return site


def dripping() -> GovernmentSite:
    site = small()
    site.pages[PATH] = Resource(report_article(ONE).encode(), drip=0.1)
    return site


@dataclass
class Given:
    site: GovernmentSite
    tls: Any = None
    entry: dict[str, Any] | None = None


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Crawled, dict[str, GovernmentSite]]:
    """Every odd server at once, in one job."""
    folder: Path = tmp_path_factory.mktemp("transport")
    good = certificate(folder)
    sites: dict[str, Given] = {
        "old": Given(small(), context(good, old=True), {"tls": "legacy"}),
        "old-unlisted": Given(small(), context(good, old=True)),
        "listed-but-new": Given(small(), context(good), {"tls": "legacy"}),
        "incomplete": Given(small(), context(certificate(folder, issued=True))),
        "expired": Given(small(), context(certificate(folder, expired=True))),
        "other-name": Given(small(), context(certificate(folder, other=True))),
        "packed": Given(packed()),
        "liar": Given(liar()),
        "cut": Given(cut()),
        "bomb": Given(bomb()),
        "mislabelled": Given(mislabelled()),
        "cases": Given(cases()),
        "session": Given(session()),
        "loop": Given(loop()),
        "dripping": Given(dripping()),
    }
    secure, plain = small(), GovernmentSite()
    with ExitStack() as stack:
        bases = {name: stack.enter_context(serve(given.site, tls=given.tls)) for name, given in sites.items()}
        # http sends to https and back: two ports here, one host there.
        up, down = stack.enter_context(serve(secure, tls=context(good))), stack.enter_context(serve(plain))
        moved = {"Location": f"{up}/nb/"}
        plain.pages["/nb/"] = Resource(b"", status=301, headers=moved, validators=False)
        secure.pages[PATH] = Resource(b"", status=302, headers={"Location": down + PATH}, validators=False)
        plain.page(PATH, report_article(ONE))
        entries = [
            entry(
                bases[name] + ("/NB/" if name == "cases" else "/nb/"),
                id=name,
                render="never",
                **(given.entry or {}),
            )
            for name, given in sites.items()
        ]
        entries.append(entry(f"{down}/nb/", id="up-and-down", render="never", hosts=[up.split("/")[2]]))
        done = run_child(folder, *entries, retries=0, timeout=10, max_body=1_000_000)
    assert done.code == 0, done.errors
    return done, {name: given.site for name, given in sites.items()}


Both = tuple[Crawled, dict[str, GovernmentSite]]


def notes(done: Crawled, name: str) -> set[str | None]:
    return {c.note for c in done.captures(name) if c.sha256}


def outcome(done: Crawled, name: str, tail: str = PATH) -> str:
    return next(c.outcome for c in done.captures(name) if c.url.endswith(tail))


def test_old_tls_is_a_recorded_fallback_for_listed_hosts_only(crawled: Both) -> None:
    done, sites = crawled
    assert done.site("old")["reports"] == 1
    assert notes(done, "old") == {"tls: legacy, certificate: self-signed"}
    assert set(done.site("old-unlisted")["outcomes"]) == {"error:tls"}
    assert sites["old-unlisted"].asked == []
    assert notes(done, "listed-but-new") == {"certificate: self-signed"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("incomplete", "certificate: incomplete chain"),
        ("expired", "certificate: expired"),
        ("other-name", "certificate: for another name"),
    ],
)
def test_faults_of_certificates_are_recorded(name: str, said: str, crawled: Both) -> None:
    done, _ = crawled
    assert done.site(name)["reports"] == 1
    assert all(said in str(note) for note in notes(done, name))


def test_bodies_are_unpacked_whatever_the_headers_say(crawled: Both) -> None:
    done, _ = crawled
    found = {c.url.rsplit("/", 1)[1]: c for c in done.captures("packed") if c.role != "listing"}
    assert found["a.pdf"].size == len(PDF)
    assert found["a.pdf"].note == "gzip without header"
    assert done.site("packed")["reports"] == done.site("liar")["reports"] == 1


def test_half_a_body_and_too_much_of_one_are_none(crawled: Both) -> None:
    done, _ = crawled
    assert outcome(done, "cut") == "error:truncated"
    assert outcome(done, "bomb") == "error:too_large"
    assert outcome(done, "dripping") == "error:timeout"
    assert outcome(done, "loop") == "error:too_many_redirects"


def test_wrong_labels_do_not_hide_a_report(crawled: Both) -> None:
    done, _ = crawled
    assert done.site("mislabelled")["reports"] == 1
    assert outcome(done, "mislabelled", "a.PDF") == "new"


def test_paths_are_kept_as_they_are(crawled: Both) -> None:
    done, sites = crawled
    assert done.site("cases")["reports"] == 2
    assert set(sites["cases"].paths()) == {
        "/robots.txt", "/NB/", "/NB/202401/t20240115_1.html", "/NB/202401/T20240115_1.html",
    }  # fmt: skip


def test_cookies_and_redirects_between_http_and_https(crawled: Both) -> None:
    done, _ = crawled
    assert done.site("session")["reports"] == 1
    assert done.site("up-and-down")["reports"] == 1
    listing, document = (
        c for c in done.captures("up-and-down") if c.sha256 and c.trail.anchor != "robots.txt"
    )
    assert (listing.final_url.split(":")[0], document.final_url.split(":")[0]) == ("https", "http")
    assert len(listing.redirects) == len(document.redirects) == 1


@given(st.binary(max_size=3000), st.sampled_from([31, 15, -15]))
def test_what_was_packed_is_unpacked(body: bytes, form: int) -> None:
    assert inflate(deflated(body, form), form, 10_000) == body


def test_several_members_and_what_follows_them() -> None:
    two = gzip.compress(b"a" * 10) + gzip.compress(b"b")
    assert inflate(two, 31, 100) == b"a" * 10 + b"b"
    assert inflate(two + bytes(20), 31, 100) == b"a" * 10 + b"b"
    with pytest.raises(ResponseDataLossError):
        inflate(two[:-3], 31, 100)
    with pytest.raises(DownloadCancelledError):
        inflate(two, 31, 5)
    with pytest.raises(NotCompressedError):
        inflate(b"<html>", 31, 100)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_unpacking(body: bytes) -> None:
    try:
        found = unannounced(body, 1000)
    except (ResponseDataLossError, DownloadCancelledError):
        return
    assert found is None or found[0] != body


@pytest.mark.parametrize(
    "body", [LIST.encode(), LIST.encode("gb18030"), b"", b"Hello, World!", b'{"a": 1}', PDF]
)
def test_what_is_not_packed_stays(body: bytes) -> None:
    assert unannounced(body, 100_000) is None
