"""What a page leads to: the next steps of a crawl. Decides; asks nothing itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawlers import platforms
from crawlers.columns import Part, is_column, leads, names_column, part_of
from crawlers.crawl import Series, SiteCrawl, Step
from crawlers.documents import attachments, pictures, resembles_report
from crawlers.job import Politeness
from crawlers.links import dialect, folder, is_file
from crawlers.page import Entry, Listing, Page, PageRequest
from crawlers.platforms import redirect
from crawlers.recheck import answered_by_list
from crawlers.remembered import again
from crawlers.rendering.shells import is_script_shell
from crawlers.titles import Verdict, judge
from storage import Trail

# A portal's home page may link "信息公开" from every corner; the first ones are the real ones.
_STEPS_A_PAGE = 12
# Redirect shells that lead to redirect shells.
_MAX_HOPS = 4
# A page without files that is larger than this holds its report as text.
_SHELL = 20_000
# A page sent in place of a file is not better tomorrow.
_FINAL = {"error:not_found", "error:page_for_file", "error:soft_404", "error:too_large"}
# Years, then classes, then agencies: deeper than this no column was seen to be split.
_COLUMN_DEPTH = 4


class Reader:
    """Reads pages for the spider."""

    def __init__(self, settings: Politeness) -> None:
        self._settings = settings
        self._now = datetime.now(UTC)

    def read(
        self, crawl: SiteCrawl, step: Step, page: Page | None, *, unchanged: bool
    ) -> tuple[str, list[Step]]:
        """Return the role a body turned out to have and the steps that follow from it.

        Args:
            crawl: the site's crawl.
            step: why the page was asked.
            page: what came back; None for a file.
            unchanged: whether it is what the archive held already.
        """
        if page is None:
            return ("attachment" if step.role == "attachment" else "document"), []
        if step.role == "document":
            return self._document(crawl, step, page, unchanged=unchanged)
        role, steps = self._listing(crawl, step, page, unchanged=unchanged)
        if self._settings.lists_only:
            steps = [one for one in steps if one.role == "listing"]
        alive = bool(steps) or step.url in crawl.figures.columns or role == "document"
        alive = alive or crawl.tonight.shows(step.url)
        return role, [*steps, *again(crawl, step, alive=alive)]

    def instead(self, crawl: SiteCrawl, step: Step) -> list[Step]:
        """Return what may replace a further page that could not be had."""
        if step.page is None or step.series is None:
            return again(crawl, step, alive=False)
        following = self._alternative(crawl, step.page)
        if following is None:
            return []
        return [replace(step, url=following.url, page=following, tries=0, fresh=False)]

    def _alternative(self, crawl: SiteCrawl, page: PageRequest) -> PageRequest | None:
        """Return the next guess for a further page; guesses that failed before are left out."""
        rest = list(page.alternatives)
        while rest:
            following, *rest = rest
            if isinstance(following, PageRequest):
                return replace(following, alternatives=tuple(rest))
            url = following
            known = crawl.archive.known(url)
            if page.trial and known is not None and known.sha256 is None and known.last_status in {404, 410}:
                continue
            return replace(page, url=url, alternatives=tuple(rest))
        return None

    # Documents

    def _document(
        self, crawl: SiteCrawl, step: Step, page: Page, *, unchanged: bool
    ) -> tuple[str, list[Step]]:
        target = redirect.target(page)
        if target is not None and step.hops < _MAX_HOPS:
            return "listing", [replace(step, url=target, hops=step.hops + 1)]
        files = list(attachments(page))
        # The title said it: reading the text would only cost time, unless there seems to be none.
        resembles = (step.certain and bool(files or len(page.text) > _SHELL)) or resembles_report(page)
        reports = (
            step.certain
            or resembles
            or any(judge(words).kind == "report" for words in [page.title, *(file.words for file in files)])
        )
        if not step.certain and not resembles:
            # A line such as "2023年" in a column may lead to another list.
            inner = platforms.listing(page)
            if sum(judge(entry.title).kind == "report" for entry in inner.entries) >= 2:
                return self._listing(
                    crawl, replace(step, role="listing", column=True), page, unchanged=unchanged
                )
        unseen = step.certain and not step.browser and not resembles and not files
        if unseen and crawl.site.render != "never" and is_script_shell(page):
            return "document", [replace(step, browser=True)]
        if not reports:
            verdict = judge(page.title, in_column=True)
            if verdict.kind == "decoy" and step.url not in crawl.decoys:
                # Its list did not tell, its own title does.
                crawl.decoys.add(step.url)
                crawl.figures.decoys += 1
                crawl.figures.decoy_reasons[verdict.reason] += 1
            return "document", []
        crawl.figures.reports += 1
        files += pictures(page)
        return "document", [
            Step(file.url, "attachment", Trail(step.url, file.words or None, None), parent=step.url)
            for file in files
        ]

    # Lists

    def _listing(
        self, crawl: SiteCrawl, step: Step, page: Page, *, unchanged: bool
    ) -> tuple[str, list[Step]]:
        listing = platforms.listing(page)
        crawl.figures.platforms[listing.platform] += 1
        for code in listing.issues:
            crawl.figures.issue(
                code, f"{listing.platform}: the page is not as the platform's pages are", step.url
            )
        column = step.column or is_column(page, step.words)
        verdicts = _verdicts(listing, column)
        reports = [e for e, v in verdicts if v.kind == "report"]
        if not column and len(reports) >= 2 and len(reports) * 3 >= len(verdicts):
            column = True
            verdicts = _verdicts(listing, column)
        if step.series is not None and step.page is not None:
            refused = self._judge_page(crawl, step, step.series, step.page, listing)
            if refused is not None:
                return "listing", refused
        elif len(reports) < 3 and all(is_file(entry.url) for entry in reports) and resembles_report(page):
            # The column's address shows the report itself, and may lead to its neighbours.
            role, steps = self._document(
                crawl, replace(step, role="document", certain=True), page, unchanged=unchanged
            )
            return role, [*steps, *_branches(replace(step, column=column), listing)]
        if column and reports:
            _note_column(crawl, step, page, listing, [entry.title for entry in reports])
        step = replace(step, column=column)
        steps = self._entries(crawl, step, page, verdicts)
        further = self._further(crawl, step, listing, reports=bool(reports), unchanged=unchanged)
        ways = self._ways(step, page, listing)
        inner = any(way.column for way in ways)
        # What a list shows and need not be asked is shown all the same.
        shown = bool(steps) or crawl.tonight.shows(
            step.series.origin if step.series is not None else step.url
        )
        if not shown and not further and not inner and self._needs_browser(crawl, step, page, listing):
            return "listing", [replace(step, browser=True), *ways]
        return "listing", [*further, *ways, *steps]

    def _entries(
        self, crawl: SiteCrawl, step: Step, page: Page, verdicts: list[tuple[Entry, Verdict]]
    ) -> list[Step]:
        certain = [entry for entry, verdict in verdicts if verdict.kind == "report"]
        home = folder(step.page.origin if step.page is not None and step.page.origin else page.url)
        # Where decided reports lie, undecided ones may lie too.
        dialects = Counter((dialect(entry.url), _section(entry.url)) for entry in certain)
        from_service = step.page is not None and step.page.platform not in {None, "static", "trs_wcm"}
        steps: list[Step] = []
        listed: set[str] = set()
        for entry, verdict in verdicts:
            if verdict.kind == "decoy":
                if entry.url not in crawl.decoys:
                    crawl.decoys.add(entry.url)
                    crawl.figures.decoys += 1
                    crawl.figures.decoy_reasons[verdict.reason] += 1
                continue
            near = (
                from_service
                or folder(entry.url).startswith(home)
                or (dialect(entry.url), _section(entry.url)) in dialects
            )
            if verdict.kind == "report" or (verdict.kind == "undecided" and near):
                trail = Trail(step.url, entry.title or None, entry.date)
                found = Step(
                    entry.url,
                    "document",
                    trail,
                    column=step.column,
                    depth=step.depth + 1,
                    words=entry.title,
                    certain=verdict.kind == "report",
                )
                steps += self._unless_answered(crawl, found)
                listed.add(entry.url)
        origin = step.series.origin if step.series is not None else step.url
        if listed or step.column or origin in crawl.archive.notes.lists:
            crawl.tonight.saw(origin, listed)
        return steps

    def _unless_answered(self, crawl: SiteCrawl, step: Step) -> list[Step]:
        """Return the step to a document; where its list answers for it, only files that are still missing."""
        known = crawl.archive.known(step.url)
        settled = crawl.archive.is_settled(step.url)
        if not settled or not answered_by_list(known, step.trail, self._settings, self._now):
            return [step]
        if step.url in crawl.asked or crawl.archive.is_removed(step.url):
            return []
        crawl.asked.add(step.url)
        crawl.figures.kept += 1
        crawl.figures.reports += step.certain
        return [
            Step(file.url, "attachment", file.trail, parent=step.url)
            for file in crawl.archive.files_of(step.url)
            if file.sha256 is None and file.last_outcome not in _FINAL
        ]

    def _ways(self, step: Step, page: Page, listing: Listing) -> list[Step]:
        """Return the steps to other lists: frames and branches, columns and their parts, the way to them."""
        steps = _branches(step, listing)
        if step.series is not None or (step.page is not None and step.page.number > 1):
            return steps
        limit = _COLUMN_DEPTH + self._settings.max_depth if step.column else self._settings.max_depth
        if step.depth >= limit:
            return steps
        found = Counter[str]()
        for lead in leads(page, in_column=step.column):
            if lead.url in {page.url, step.url}:
                continue
            found[lead.kind] += 1
            if lead.kind == "step" and found["step"] > _STEPS_A_PAGE:
                continue
            inside = lead.kind in {"column", "part"}
            steps.append(
                Step(
                    lead.url,
                    "listing",
                    Trail(step.url, lead.words or None),
                    column=inside,
                    depth=step.depth + 1,
                    words=lead.words,
                )
            )
        return steps

    def _further(
        self, crawl: SiteCrawl, step: Step, listing: Listing, *, reports: bool, unchanged: bool
    ) -> list[Step]:
        """Return the steps to further pages of the list, where it is worth paging."""
        service = any(request.number <= 1 for request in listing.next)
        wanted = step.column or (step.start and (reports or service))
        # What had to be read first was asked because the list is wanted.
        wanted = wanted or (step.page is not None and step.page.number == 0)
        steps = []
        for request in listing.next:
            if not (wanted or request.column):
                continue
            series = step.series
            if series is None:
                urls = frozenset(entry.url for entry in listing.entries)
                series = Series(step.url, set(urls), urls, frozenset(_section(url) for url in urls))
            if series.pages >= self._settings.max_list_pages:
                crawl.figures.issue("list_page_cap", f"the list goes on after {series.pages} pages", step.url)
                crawl.tonight.broken.add(series.origin)
                continue
            if (
                listing.total is not None
                and len(series.seen) >= listing.total > 0
                and step.series is not None
            ):
                continue
            chosen: PageRequest | None = request
            if request.trial and unchanged:
                chosen = self._alternative(
                    crawl, replace(request, alternatives=(request.url, *request.alternatives))
                )
            if (
                chosen is not None
                and chosen.method == "GET"
                and chosen.url in crawl.asked
                and chosen.alternatives
            ):
                chosen = self._alternative(crawl, chosen)
            if chosen is not None:
                steps.append(step.following(chosen, series))
        return steps

    def _judge_page(
        self, crawl: SiteCrawl, step: Step, series: Series, request: PageRequest, listing: Listing
    ) -> list[Step] | None:
        """Apply the stop rules to a further page; None where it counts, else what takes its place."""
        urls = {entry.url for entry in listing.entries} | set(listing.passed)
        new = urls - series.seen
        if request.trial and series.prefixes:
            new = {url for url in new if _section(url) in series.prefixes}
        if request.number == 0 and listing.next:
            return None
        # A service's first page may repeat what the column page shows; that says nothing about its second.
        first = request.number == 1 and bool(urls) and not request.trial
        if new or first or (listing.columns and not urls):
            if first or (series.pages == 1 and not series.seen):
                series.first = frozenset(urls)
            series.seen |= urls
            series.pages += 1
            return None
        others = self.instead(crawl, step)
        if others:
            return others
        if urls and not request.trial and urls <= series.first:
            crawl.figures.issue(
                "page_parameter_ignored", "a further page shows the first page again", step.url
            )
            crawl.tonight.broken.add(series.origin)
        elif listing.total is not None and len(series.seen) < listing.total:
            crawl.figures.issue(
                "list_incomplete",
                f"the list says {listing.total} entries, {len(series.seen)} were found",
                step.url,
            )
            crawl.tonight.broken.add(series.origin)
        return []

    def _needs_browser(self, crawl: SiteCrawl, step: Step, page: Page, listing: Listing) -> bool:
        if step.browser or crawl.site.render != "auto" or step.page is not None:
            return False
        if step.column and not listing.entries and "<script" in page.text.lower():
            return True
        return (step.column or step.start) and is_script_shell(page)


def _note_column(crawl: SiteCrawl, step: Step, page: Page, listing: Listing, reports: list[str]) -> None:
    """Note a page of an annual-report column that lists reports."""
    first = step.page is None or step.series is None
    origin = page.url if first or step.series is None else step.series.origin
    part = part_of(step.words, origin) if first else Part()
    # The list of a service is read by the service's module, its first page by whatever fitted the shell.
    crawl.figures.column(
        step.url if first else origin,
        {
            "words": step.words,
            "platform": listing.platform,
            "via": step.trail.listing if first else None,
            "year": part.year,
            "agencies": part.agencies,
            "total": listing.total,
            "paging": next((request.url for request in listing.next), None),
        },
        reports,
    )


def _branches(step: Step, listing: Listing) -> list[Step]:
    """Return the steps to the pages that hold the list in place of this one."""
    return [
        Step(
            entry.url,
            "listing",
            Trail(step.url, entry.title or None),
            column=step.column or names_column(entry.title),
            start=step.start,
            depth=step.depth,
            words=entry.title or step.words,
            hops=step.hops + 1,
        )
        for entry in listing.columns
        if step.hops < _MAX_HOPS
    ]


def _verdicts(listing: Listing, column: bool) -> list[tuple[Entry, Verdict]]:
    return [
        (entry, judge(entry.title, in_column=column or names_column(entry.context or "")))
        for entry in listing.entries
    ]


def _section(url: str) -> str:
    """Return host and the first two segments of an address: where its column lies."""
    parts = urlsplit(url)
    return "/".join([parts.netloc.lower(), *[p for p in parts.path.split("/")[1:-1] if p][:2]])
