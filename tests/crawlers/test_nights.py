# ruff: noqa: E501 - pages and titles as sites write them
"""Night after night: what is asked again and what is not, budgets, windows, lists that shrink, pages that vanish."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sim_trs as trs
from sim_child import Crawled, entry, run_child
from sim_content import PDF, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource, serve

from crawlers.crawl import Step, dump_step, load_step
from crawlers.job import Politeness
from crawlers.lists import ListNotes, Tonight, load_notes
from crawlers.page import PageRequest
from crawlers.recheck import answered_by_list, is_due
from crawlers.window import CHINA, Window
from storage import Archive, CaptureWriter, Trail, load_state, open_store
from storage import Resource as Resource_

ALL = reports(range(2022, 2024))


def path(number: int) -> str:
    return f"/nb/202401/t20240115_{number}.html"


def column(site: GovernmentSite, numbers: list[int]) -> None:
    lines = "".join(
        f'<li><a href="{path(n)}">{ALL[n].title}</a><span>2024-01-15</span></li>' for n in numbers
    )
    site.page("/nb/", shell("政府信息公开年报", f"<ul>{lines}</ul>"))


def town(count: int = 8) -> GovernmentSite:
    site = GovernmentSite()
    column(site, list(range(count)))
    for n in range(count):
        site.page(path(n), report_article(ALL[n]))
    return site


NIGHTS = 6


@dataclass
class Story:
    """A site, what happens to it before each night, and what it was asked."""

    site: GovernmentSite
    before: Callable[[GovernmentSite, int], None] = lambda site, night: None
    delay: float = 0.0
    nights: int = NIGHTS
    base: str = ""
    asked: list[list[Asked]] = field(default_factory=list)
    runs: list[Crawled] = field(default_factory=list)
    name: str = ""

    def outcomes(self, tail: str) -> list[str | None]:
        """What came back for an address, night by night."""
        return [
            next((c.outcome for c in run.captures(self.name) if c.url.endswith(tail)), None)
            for run in self.runs
        ]

    def paths(self, night: int) -> list[str]:
        return sorted(asked.path for asked in self.asked[night])

    def figure(self, name: str) -> list[Any]:
        return [run.site(self.name)[name] for run in self.runs]

    def issues(self) -> list[set[str]]:
        return [{issue["code"] for issue in issues} for issues in self.figure("issues")]


def with_file(count: int, **broken: object) -> GovernmentSite:
    site = town(count)
    site.page(path(0), report_article(ALL[0], '<a href="a.pdf">附件</a>'))
    site.file("/nb/202401/a.pdf", PDF, "application/pdf")
    if broken:
        site.pages["/nb/202401/a.pdf"] = Resource(b"", status=500, validators=False)
    return site


def changing(site: GovernmentSite, night: int) -> None:
    if night == 2:
        # One line is new, one says another date.
        column(site, [*range(8), 9])
        site.page(path(9), report_article(ALL[9]))
        html = site.pages["/nb/"].body.decode()
        at = html.index(path(5))
        site.page("/nb/", html[:at] + html[at:].replace("2024-01-15", "2024-03-01", 1))


def repaired(site: GovernmentSite, night: int) -> None:
    if night == 1:
        site.file("/nb/202401/a.pdf", PDF, "application/pdf")


def vanishing(site: GovernmentSite, night: int) -> None:
    if night == 1:
        del site.pages[path(7)]
        column(site, list(range(7)))


def unlisting(site: GovernmentSite, night: int) -> None:
    if night == 1:
        column(site, list(range(7)))


def shrinking(left: int) -> Callable[[GovernmentSite, int], None]:
    def happens(site: GovernmentSite, night: int) -> None:
        if night == 1:
            column(site, list(range(left)))
        elif night == 3:
            column(site, list(range(8)))

    return happens


def dying(site: GovernmentSite, night: int) -> None:
    site.wall = Resource(b"", status=500, validators=False) if night == 2 else None
    site.robots = None if night == 2 else "User-agent: *"


def busy(form: str) -> GovernmentSite:
    site, told = town(4), []

    def answer(asked: Asked) -> Resource | None:
        if told:
            return None
        told.append(asked.began)
        when = datetime.now(UTC) + timedelta(seconds=4)
        value = "2" if form == "number" else when.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return Resource(b"", status=503, headers={"Retry-After": value}, validators=False)

    for n in range(4):
        site.endpoints[path(n)] = answer
    return site


def overrun() -> GovernmentSite:
    site = town(6)
    site.endpoints[path(5)] = lambda _: Resource(
        b"", status=429, headers={"Retry-After": "3600"}, validators=False
    )
    return site


def relieved(site: GovernmentSite, night: int) -> None:
    if night == 1:
        del site.endpoints[path(5)]


def all_pages(resource: Resource) -> GovernmentSite:
    site = town(30)
    for n in range(30):
        site.pages[path(n)] = resource
    return site


def slow() -> GovernmentSite:
    site = town(6)
    site.latency = 0.2
    for n in (2, 3):
        site.pages[path(n)] = Resource(b"", status=500, validators=False)
    return site


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Story]:
    """All stories at once, a child process a night."""
    folder = tmp_path_factory.mktemp("nights")
    found = {
        "changing": Story(with_file(8), changing),
        "repaired": Story(with_file(1, broken=True), repaired),
        "vanishing": Story(town(), vanishing),
        "unlisting": Story(town(), unlisting),
        "shrinking": Story(town(), shrinking(2)),
        "emptying": Story(town(), shrinking(0)),
        "dying": Story(town(), dying),
        "busy-number": Story(busy("number"), nights=1),
        "busy-date": Story(busy("date"), nights=1),
        "overrun": Story(overrun(), relieved, delay=0.05, nights=2),
        "ill": Story(nights=2, site=all_pages(Resource(b"", status=500, validators=False))),
        "walled": Story(
            nights=1, site=all_pages(Resource(b"<script>$_ts={}</script>", status=412, validators=False))
        ),
        "slow": Story(slow(), nights=1),
    }
    with ExitStack() as stack:
        for name, story in found.items():
            story.name, story.base = name, stack.enter_context(serve(story.site))
        for night in range(NIGHTS):
            tonight = [story for story in found.values() if night < story.nights]
            for story in tonight:
                story.site.forget()
                story.before(story.site, night)
            done = run_child(
                folder,
                *(entry(s.base + "/nb/", id=s.name, delay=s.delay, render="never") for s in tonight),
                retries=1,
                backoff=0.5,
                max_delay=0.5,
            )
            assert (done.code, done.errors) == (0, "")
            for story in tonight:
                story.runs.append(done)
                story.asked.append(list(story.site.asked))
                assert story.site.most_together == 1
    return found


def test_an_unchanged_list_answers_for_its_documents(stories: dict[str, Story]) -> None:
    story = stories["changing"]
    assert [(a.path, a.status) for a in story.asked[1]] == [("/robots.txt", 304), ("/nb/", 304)]
    assert story.figure("kept") == [0, 8, 7, 9, 9, 9]
    assert story.figure("reports") == [8, 8, 9, 9, 9, 9]
    # What is new in the list is asked, and nothing else.
    assert story.paths(2) == sorted(["/robots.txt", "/nb/", path(5), path(9)])
    assert (story.outcomes(path(5))[2], story.outcomes(path(9))[2]) == ("unchanged_304", "new")


def test_a_file_that_failed_is_asked_though_its_page_is_not(stories: dict[str, Story]) -> None:
    story = stories["repaired"]
    assert story.paths(1) == sorted(["/robots.txt", "/nb/", "/nb/202401/a.pdf"])
    file = next(c for c in story.runs[1].captures("repaired") if c.url.endswith("a.pdf"))
    assert (file.outcome, file.role, file.parent) == ("new", "attachment", story.base + path(0))
    assert story.paths(2) == ["/nb/", "/robots.txt"]


def test_what_a_killed_crawl_saw_does_not_answer_for_the_files_it_never_asked(tmp_path: Path) -> None:
    site = GovernmentSite()
    column(site, [0, 1])
    site.page(path(0), report_article(ALL[0], '<a href="a.pdf">附件</a>'))
    site.page(path(1), report_article(ALL[1]))
    site.file("/nb/202401/a.pdf", PDF, "application/pdf")
    with serve(site) as base:
        site_entry = entry(base + "/nb/", render="never")
        whole = run_child(tmp_path, site_entry)
        # What a kill between the page and its file leaves: captures up to the page, and no notes of the lists.
        before, after = open_store(whole.store), open_store(f"file://{tmp_path}/killed")
        writer = CaptureWriter(after, "site", whole.run)
        for capture in whole.captures():
            if capture.role != "attachment":
                if capture.sha256 is not None:
                    Archive(after).put_body(Archive(before).get_body(capture.sha256))
                writer.add(capture)
        writer.flush()
        nights = []
        for _ in range(3):
            site.forget()
            assert run_child(tmp_path, site_entry, store=after.url).code == 0
            nights.append(sorted(site.paths()))
    asked = ["/nb/", "/robots.txt"]
    assert nights == [sorted([*asked, path(0), path(1), "/nb/202401/a.pdf"]), asked, asked]


def test_gone_only_after_complete_lists_without_it(stories: dict[str, Story]) -> None:
    story = stories["vanishing"]
    assert story.outcomes(path(7)) == [
        "new",
        None,  # the first list without it
        "error:not_found",  # one list without it is not enough
        "error:not_found",
        "gone",
        None,  # and that is that
    ]
    known = load_state(open_store(story.runs[0].store), "vanishing").resources[story.base + path(7)]
    assert known.gone_since is not None
    assert len(known.versions) == 1


def test_a_document_that_only_left_its_list_is_not_gone(stories: dict[str, Story]) -> None:
    story = stories["unlisting"]
    assert story.outcomes(path(7)) == ["new", None, *["unchanged_304"] * 3, None]


@pytest.mark.parametrize(("name", "code"), [("shrinking", "list_shrunk"), ("emptying", "list_empty")])
def test_a_list_that_suddenly_shrinks_is_an_alert(name: str, code: str, stories: dict[str, Story]) -> None:
    story = stories[name]
    assert [code in issues for issues in story.issues()] == [False, True, True, False, False, False]
    # The lost documents are neither asked nor written off.
    assert [outcome for outcome in story.outcomes(path(7)) if outcome] == ["new"]
    notes = load_notes(open_store(story.runs[0].store), name)
    assert notes.missing == {}


def test_a_site_that_stops_answering_keeps_its_past(stories: dict[str, Story]) -> None:
    story = stories["dying"]
    assert set(story.figure("outcomes")[2]) == {"error:no_robots", "error:http_500"}
    assert story.issues()[3:] == [set()] * (NIGHTS - 3)
    assert story.figure("kept")[3] == 8
    state = load_state(open_store(story.runs[0].store), "dying")
    assert all(r.gone_since is None for r in state.resources.values())


@pytest.mark.parametrize("name", ["busy-number", "busy-date"])
def test_retry_after_is_kept_by_the_whole_host(name: str, stories: dict[str, Story]) -> None:
    story = stories[name]
    assert story.figure("reports")[0] == 4
    told = next(a for a in story.asked[0] if a.status == 503)
    assert min(a.began for a in story.asked[0] if a.began > told.ended) - told.ended >= 1.9


def test_a_long_retry_after_ends_the_night(stories: dict[str, Story]) -> None:
    story = stories["overrun"]
    asked = len({p for p in story.paths(0) if p.startswith("/nb/2")})
    assert story.outcomes(path(5))[0] == "blocked:rate_limit"
    assert story.figure("waiting")[0] == 6 - asked
    if asked < 6:
        assert story.issues()[0] == {"host_rests"}
    # The next night has the rest, and what met the wall.
    assert len([p for p in story.paths(1) if p.startswith("/nb/2")]) == 6 - asked + 1
    assert story.figure("waiting")[1] == 0


def test_a_host_that_fails_again_and_again_is_left_alone(stories: dict[str, Story]) -> None:
    ill, walled = stories["ill"], stories["walled"]
    assert len(set(ill.paths(0))) == 2 + 8
    assert len(set(walled.paths(0))) == 2 + 5
    assert walled.figure("outcomes")[0]["blocked:ruishu"] == 5
    assert (ill.figure("waiting")[0], walled.figure("waiting")[0]) == (22, 25)
    # What was not reached comes first in the next night.
    first, second = ({path for path in ill.paths(n) if path.startswith("/nb/2")} for n in (0, 1))
    assert len(second) == 8
    assert not first & second


def test_errors_and_slow_answers_lengthen_the_pause(stories: dict[str, Story]) -> None:
    story = stories["slow"]
    ordered = sorted(story.asked[0], key=lambda a: a.began)
    gaps = [(a, b.began - a.ended) for a, b in itertools.pairwise(ordered)]
    # After the first answers each pause is about as long as the answers take.
    assert min(gap for _, gap in gaps[2:]) >= 0.12
    assert min(gap for a, gap in gaps if a.status == 500) >= 0.48


def test_documents_are_asked_again_from_time_to_time(crawl: Callable[..., Crawled]) -> None:
    site = town(3)
    with serve(site) as base:
        crawl(entry(base + "/nb/"))
        site.page(path(1), report_article(ALL[1]) + "<p>补充</p>")
        del site.pages[path(2)]
        second = crawl(entry(base + "/nb/"), recheck_days=0)
    found = {c.url.removeprefix(base): c.outcome for c in second.captures()}
    # The last is still listed: a broken link, whatever else it may become.
    assert [found[path(n)] for n in range(3)] == ["unchanged_304", "changed", "error:not_found"]


def known(first: str, last: str) -> Resource_:
    return Resource_(
        "u", "GET", "document", "unchanged_304", 200, last, "i", sha256="0" * 64, body_time=first, last_seen=last,
        trail=Trail("list", "words", "2024-01-15"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "now", "due"),
    [
        ("2026-01-01", "2026-01-01", "2026-01-07", False),
        ("2026-01-01", "2026-01-01", "2026-01-09", True),
        # Unchanged for 20 days: in 20 days again; for years: in 90.
        ("2026-01-01", "2026-01-21", "2026-02-05", False),
        ("2026-01-01", "2026-01-21", "2026-02-11", True),
        ("2020-01-01", "2026-01-01", "2026-03-30", False),
        ("2020-01-01", "2026-01-01", "2026-04-02", True),
    ],
)
def test_what_stays_the_same_is_asked_ever_less_often(first: str, last: str, now: str, due: bool) -> None:
    resource = known(f"{first}T00:00:00Z", f"{last}T00:00:00Z")
    assert is_due(resource, Politeness(), datetime.fromisoformat(f"{now}T00:00:00+00:00")) is due


def test_a_line_answers_only_while_it_says_the_same() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    resource = known("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")

    def answered(resource: Resource_, trail: Trail) -> bool:
        return answered_by_list(resource, trail, Politeness(), moment)

    assert answered(resource, Trail("list", "words", "2024-01-15"))
    assert answered(resource, Trail("another list", "other words", None))
    assert not answered(resource, Trail("list", "other words", "2024-01-15"))
    assert not answered(resource, Trail("list", "words", "2024-01-16"))
    assert not answered(replace(resource, last_outcome="error:timeout"), resource.trail)
    assert not answered(replace(resource, role="listing"), resource.trail)
    assert not answered(replace(resource, sha256=None), resource.trail)
    assert not answered_by_list(None, resource.trail, Politeness(), moment)


@pytest.mark.slow
def test_what_the_budget_leaves_the_next_night_begins_with(crawl: Callable[..., Crawled]) -> None:
    site, wanted = trs.build(range(2022, 2024), per_page=10)
    found: list[set[str]] = []
    with serve(site) as base:
        for _ in range(9):
            site.forget()
            done = crawl(entry(base + trs.COLUMN), max_requests=20)
            # robots.txt comes besides.
            assert len(site.asked) <= 21
            got = {
                c.final_url.removeprefix(base) for c in done.captures() if c.role != "listing" and c.sha256
            }
            found.append(got)
            if not done.site()["waiting"]:
                break
            assert {issue["code"] for issue in done.site()["issues"]} == {"request_budget"}
    assert set().union(*found) == wanted
    assert len(found) >= 4
    # Nothing twice: what was had in one night is not asked in the next.
    assert sum(len(part) for part in found) == len(wanted)
    assert done.site()["issues"] == []


def test_outside_the_window_nothing_is_asked(crawl: Callable[..., Crawled]) -> None:
    site = town(3)
    now = datetime.now(CHINA)
    later = [(now + timedelta(hours=hours)).strftime("%H:%M") for hours in (2, 4)]
    with serve(site) as base:
        closed = crawl(entry(base + "/nb/"), window="-".join(later))
    assert site.asked == []
    assert closed.site()["waiting"] == 1
    assert {issue["code"] for issue in closed.site()["issues"]} == {"host_rests"}


def test_steps_survive_the_night() -> None:
    request = PageRequest(
        "http://x/a", "POST", form=(("a", "1"), ("b", "")), headers=(("Referer", "http://x/"),), platform="epoint",
        state={"body": {"x": "1"}, "n": 2}, alternatives=("http://x/b", PageRequest("http://x/c", json='{"a":1}')),
    )  # fmt: skip
    step = Step("http://x/a", "listing", Trail("http://x/", "页", None), page=request, column=True, depth=2)
    again = load_step(dump_step(step))
    assert again == step
    assert load_step(dump_step(Step("http://x/", "listing", start=True))) == Step(
        "http://x/", "listing", start=True
    )


@pytest.mark.parametrize(
    ("window", "moment", "is_open"),
    [
        ("00:30-06:30", "2026-01-01T16:29:59+00:00", False),
        ("00:30-06:30", "2026-01-01T16:30:00+00:00", True),
        ("00:30-06:30", "2026-01-01T22:29:59+00:00", True),
        ("00:30-06:30", "2026-01-01T22:30:00+00:00", False),
        ("23:00-05:00", "2026-01-01T15:00:00+00:00", True),
        ("23:00-05:00", "2026-01-01T20:59:00+00:00", True),
        ("23:00-05:00", "2026-01-01T21:00:00+00:00", False),
        ("23:00-05:00", "2026-01-01T14:59:00+00:00", False),
    ],
)
def test_windows_are_in_the_time_of_china(window: str, moment: str, is_open: bool) -> None:
    assert Window.parse(window).is_open(datetime.fromisoformat(moment)) is is_open


@pytest.mark.parametrize("text", ["", "1:00-2:00", "25:00-26:00", "01:00-01:00", "01:00", "01:00-02:00 "])
def test_windows_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"window|begins"):
        Window.parse(text)


def test_a_list_counts_what_is_missing_only_when_it_was_read_whole() -> None:
    tonight = Tonight()
    tonight.saw("a", {"1", "2", "3"})
    notes, _ = tonight.fold(ListNotes(), 3)
    cut = Tonight()
    cut.saw("a", {"1"})
    cut.broken.add("a")
    assert cut.fold(notes, 3) == (notes, [])
    moved = Tonight()
    moved.saw("a", {"1", "2"})
    moved.saw("b", {"3"})
    assert moved.fold(notes, 3)[0].missing == {}
    less = Tonight()
    less.saw("a", {"1", "2"})
    counted, alerts = less.fold(notes, 3)
    assert alerts == []
    assert (counted.missing["3"].times, counted.missing["3"].lists) == (1, ["a"])
    # Another list that was read says nothing of this one's.
    other = Tonight()
    other.saw("c", {"9"})
    assert other.fold(counted, 3)[0].missing["3"].times == 1


def test_a_list_that_stays_small_is_believed_in_the_end() -> None:
    full = Tonight()
    full.saw("a", {str(n) for n in range(10)})
    notes, _ = full.fold(ListNotes(), 3)
    codes = []
    for _ in range(5):
        small = Tonight()
        small.saw("a", {"1", "2"})
        notes, alerts = small.fold(notes, 3)
        codes.append([alert.code for alert in alerts])
    assert codes == [["list_shrunk"]] * 3 + [[], []]
    assert notes.missing["9"].times == 2
