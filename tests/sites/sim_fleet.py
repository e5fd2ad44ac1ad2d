"""Hundreds of small sites of mixed platforms, each on a loopback address of its own, one server for all."""

from __future__ import annotations

import selectors
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import sim_cities as cities
import sim_content as content
import sim_epoint as epoint
import sim_gkmlpt as gkmlpt
import sim_jpaas as jpaas
import sim_jpage as jpage
import sim_longxun as longxun
import sim_plain as plain
import sim_trs as trs
import sim_truecms as truecms
import sim_ucap as ucap
import sim_webber as webber
import sim_xxgk as xxgk
from sim_server import GovernmentSite, Resource, listen

Build = Callable[[], tuple[GovernmentSite, set[str]]]

MIXED: tuple[tuple[str, Build, str], ...] = (
    ("trs", trs.build, trs.COLUMN),
    ("trs-home", partial(trs.build, pager="createPage"), "/"),
    ("jpaas", jpaas.build, jpaas.COLUMN),
    ("jpage", jpage.build, jpage.COLUMN),
    ("jpage-records", partial(jpage.build, honours="startrecord"), jpage.COLUMN),
    ("gkmlpt", gkmlpt.build, gkmlpt.COLUMN),
    ("longxun", longxun.build, longxun.COLUMN),
    ("ucap", ucap.build, ucap.COLUMN),
    ("ucap-search", partial(ucap.build, way="search"), ucap.COLUMN),
    ("xxgk", xxgk.build, xxgk.COLUMN),
    ("truecms", truecms.build, truecms.COLUMN),
    ("epoint", epoint.build, epoint.COLUMN),
    ("webber", webber.build, webber.COLUMN),
    ("suzhou", cities.suzhou, cities.SUZHOU),
    ("huaian", cities.huaian, "/"),
    ("changzhou", cities.changzhou, cities.CHANGZHOU),
    ("cac", cities.cac, cities.CAC),
    ("static", partial(plain.build, paging="next"), plain.COLUMN),
    ("static-list", partial(plain.build, paging="list"), plain.COLUMN),
    ("hub", plain.hub, "/"),
)

WALLS = (
    ("ruishu", Resource(b"<html><script>$_ts=window['$_ts'];</script></html>", status=412, validators=False)),
    ("jiasule", Resource(b"<script>document.cookie='__jsl'</script>", status=521, validators=False)),
    ("safeline", Resource(b"<html><div id=safeline_bot_challenge></div></html>", validators=False)),
)


@dataclass
class Member:
    """One site of the fleet.

    Attributes:
        name: its id.
        kind: ``good``, ``dead`` or the name of its wall.
        site: what it serves.
        wanted: paths of its reports and their files.
        start: where a crawl begins, below its base.
    """

    name: str
    kind: str
    site: GovernmentSite
    wanted: set[str]
    start: str


def make_fleet(count: int, dead: int, walled: int, agencies: int = 2) -> list[Member]:
    """Return `count` sites, of which some are dead or walled, each of a few agencies."""
    usual = content.reports.__defaults__
    content.reports.__defaults__ = (content.AGENCIES[:agencies],)  # the builders ask for all agencies
    try:
        fleet = []
        for number in range(count):
            platform, build, start = MIXED[number % len(MIXED)]
            site, wanted = build()
            kind = "good"
            if number % (count // dead) == 3:
                kind = "dead"
            elif number % (count // walled) == 5:
                kind, answer = WALLS[number % len(WALLS)]
                site.wall = answer
            fleet.append(Member(f"{platform}-{number:03d}", kind, site, wanted, start))
        return fleet
    finally:
        content.reports.__defaults__ = usual


@contextmanager
def serve_fleet(fleet: list[Member]) -> Iterator[None]:
    """Serve every member that is not dead, each on 127.x.y.z; one thread accepts for all."""
    chooser = selectors.DefaultSelector()
    servers = []
    for number, member in enumerate(fleet):
        address = f"127.{10 + number // 100}.{number % 100}.{1 + number % 250}"
        server = listen(member.site, address)
        if member.kind == "dead":
            server.server_close()
            continue
        servers.append(server)
        chooser.register(server.socket, selectors.EVENT_READ, server)
    ending = threading.Event()

    def accept() -> None:
        while not ending.is_set():
            for key, _ in chooser.select(0.2):
                key.data._handle_request_noblock()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        chooser.close()
        for server in servers:
            server.server_close()
