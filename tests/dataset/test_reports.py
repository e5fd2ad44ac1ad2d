import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.heads import Heads
from dataset.joining import is_within
from dataset.model import Assembly, Issue
from dataset.past import Moment
from dataset.reports import assemble, format_rank, is_fuller, report_id
from dataset.rows import compare_copies
from dataset.sources import gather
from dataset.spool import Spool
from tests.dataset.conftest import NOW

NEW = "requests.new.total"
GRANTED = "requests.granted.total"
EXTRACTOR = "2.0.0+new"


def assembled(archive, extractor: str = EXTRACTOR) -> Assembly:
    moment = Moment(archive.store, extractor, NOW)
    with Spool() as spool:
        return assemble(gather(moment, Heads(archive.store, moment.extractors(), spool)))


def disagreements(archive) -> list[Issue]:
    """Where the copies of the archive's one report disagree."""
    moment = Moment(archive.store, EXTRACTOR, NOW)
    with Spool() as spool:
        (report,) = assemble(gather(moment, Heads(archive.store, moment.extractors(), spool))).reports
        return compare_copies(report, spool.load(report.primary.head), spool.load)[0]


def codes(report) -> list[str]:
    return sorted(issue.code for issue in report.issues)


def test_a_report_is_named_by_region_agency_and_year(archive) -> None:
    archive.site("a")
    sha256 = archive.report("a", "http://a/1", b"one", {NEW: (3, "3")})
    (report,) = assembled(archive).reports
    assert report.id == "410711-甲区教育局-2021"
    assert report.primary.head.sha256 == sha256
    assert (report.copies, report.issues, len(report.versions)) == ((), (), 1)


def test_the_documents_own_words_come_before_page_and_site(archive) -> None:
    archive.site("a", agency="乙区财政局")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")})
    (report,) = assembled(archive).reports
    assert report.agency == "甲区教育局"


def test_an_attachment_without_a_name_takes_its_pages(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"page", {}, kind="not_report", agency="甲区教育局", year=2021)
    archive.report(
        "a", "http://a/1.docx", b"file", {NEW: (3, "3")}, agency=None, year=None, role="attachment",
        parent="http://a/1",
    )  # fmt: skip
    (report,) = assembled(archive).reports
    assert report.id == "410711-甲区教育局-2021"
    assert codes(report) == ["agency_from_page", "year_from_page"]


def test_a_document_without_a_name_takes_its_sites_and_its_links_year(archive) -> None:
    archive.site("a", agency="甲区教育局")
    archive.report(
        "a",
        "http://a/1",
        b"one",
        {NEW: (3, "3")},
        agency=None,
        year=None,
        anchor="2019年度报告（2021年发布）",
    )
    assert assembled(archive).reports[0].year == 2019


def test_the_fuller_name_of_the_same_body_wins(archive) -> None:
    archive.site("a", agency="甲区教育局")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, agency="教育局")
    (report,) = assembled(archive).reports
    assert report.agency == "甲区教育局"
    assert codes(report) == ["agency_from_site"]


@pytest.mark.parametrize(("missing", "region"), [("agency", "410711"), ("year", "410711"), ("region", None)])
def test_what_cannot_be_resolved_is_listed_and_not_published(
    archive, missing: str, region: str | None
) -> None:
    archive.site("a", region=region)
    said = {} if missing == "region" else {missing: None}
    sha256 = archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, **said)
    found = assembled(archive)
    assert found.reports == []
    (issue,) = found.unpublished
    assert (issue.code, issue.sha256, issue.url) == ("unresolved", sha256, "http://a/1")
    assert f"no {missing}" in issue.message


def test_an_unreadable_document_is_listed(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {}, kind="unreadable", agency=None, year=None)
    assert [issue.code for issue in assembled(archive).unpublished] == ["unreadable"]


def test_the_copy_with_most_figures_is_primary_then_the_better_format(archive) -> None:
    archive.site("a")
    archive.report(
        "a", "http://a/1.pdf", b"pdf", {NEW: (3, "3"), GRANTED: (1, "1")}, media_type="application/pdf"
    )
    archive.report("a", "http://a/1", b"html", {NEW: (3, "3"), GRANTED: (None, "")})
    archive.report("a", "http://a/2", b"html2", {NEW: (3, "3"), GRANTED: (1, "1")})
    (report,) = assembled(archive).reports
    assert [body.head.media_type for body in report.bodies] == ["text/html", "application/pdf", "text/html"]
    assert report.primary.first.url == "http://a/2"


def test_copies_that_disagree_are_an_issue_with_the_cells(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"html", {NEW: (3, "3"), GRANTED: (1, "1")})
    archive.report(
        "a", "http://a/1.pdf", b"pdf", {NEW: (8, "8"), GRANTED: (1, "1")}, media_type="application/pdf"
    )
    (issue,) = disagreements(archive)
    assert (issue.code, issue.severity, issue.cells) == ("copies_disagree", "error", (NEW,))


def test_a_figure_where_the_other_copy_is_blank_is_a_warning(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"html", {NEW: (3, "3"), GRANTED: (1, "1")})
    archive.report("a", "http://a/2", b"other", {NEW: (3, "3"), GRANTED: (None, "")})
    (issue,) = disagreements(archive)
    assert (issue.severity, issue.cells) == ("warning", (GRANTED,))


def test_the_same_bytes_on_a_citys_site_belong_to_the_district(archive) -> None:
    archive.site("city", region="410700")
    archive.site("district", region="410711")
    for site in ("city", "district"):
        archive.report(site, f"http://{site}/1", b"one", {NEW: (3, "3")}, agency="教育局")
    (report,) = assembled(archive).reports
    assert report.region == "410711"
    assert [seen.url for seen in report.primary.sightings] == ["http://city/1", "http://district/1"]
    assert report.issues == ()


def test_the_same_bytes_in_two_districts_are_flagged(archive) -> None:
    for site, region in (("a", "410711"), ("b", "410702")):
        archive.site(site, region=region)
        archive.report(site, f"http://{site}/1", b"one", {NEW: (3, "3")})
    (report,) = assembled(archive).reports
    assert codes(report) == ["region_conflict"]


def test_a_qualified_name_is_one_body_in_city_and_district_a_bare_one_is_not(archive) -> None:
    archive.site("city", region="410700")
    archive.site("district", region="410711")
    for site in ("city", "district"):
        archive.report(
            site, f"http://{site}/1", site.encode(), {NEW: (3, "3")}, agency="牧野区花园街道办事处"
        )
        archive.report(site, f"http://{site}/2", site.encode() * 2, {NEW: (5, "5")}, agency="教育局")
    ids = [report.id for report in assembled(archive).reports]
    assert ids == ["410700-教育局-2021", "410711-教育局-2021", "410711-牧野区花园街道办事处-2021"]


def test_the_body_seen_last_is_current_and_earlier_ones_are_versions(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"old", {NEW: (3, "3")}, time="2026-01-01T00:00:00Z")
    new = archive.report(
        "a", "http://a/1", b"new", {NEW: (4, "4")}, time="2026-02-01T00:00:00Z", outcome="changed"
    )
    (report,) = assembled(archive).reports
    assert (report.primary.head.sha256, len(report.versions), report.copies) == (new, 2, ())


def test_a_report_replaced_by_something_else_stays_and_says_so(archive) -> None:
    archive.site("a")
    old = archive.report("a", "http://a/1", b"old", {NEW: (3, "3")}, time="2026-01-01T00:00:00Z")
    archive.report(
        "a", "http://a/1", b"moved", {}, kind="not_report", time="2026-02-01T00:00:00Z", outcome="changed"
    )
    (report,) = assembled(archive).reports
    assert report.primary.head.sha256 == old
    assert codes(report) == ["latest_version_is_no_report"]


def test_a_page_that_is_gone_stays_in_the_dataset(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, time="2026-01-01T00:00:00Z")
    archive.seen("a", "http://a/1", None, time="2026-02-01T00:00:00Z", outcome="gone")
    (report,) = assembled(archive).reports
    assert codes(report) == ["gone"]


def test_a_body_the_present_extractor_has_not_read_is_taken_as_the_last_one_read_it(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, extractor="1.0.0+old")
    (report,) = assembled(archive).reports
    assert report.primary.head.extractor == "1.0.0+old"


def test_a_record_without_a_manifest_counts(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")})
    archive.store.put("records/2.0.0+new/sites/a.json", b'{"manifest":1,"site":"a","records":{}}')
    assert len(assembled(archive).reports) == 1


def test_regions_nest_by_pairs_of_digits() -> None:
    assert is_within("410711", "410700")
    assert is_within("410711", "410000")
    assert is_within("410711003", "410711")
    assert not is_within("410711", "410702")
    assert not is_within("420711", "410700")
    assert not is_within("410700", "410711")


@given(st.from_regex(r"[1-9]\d{5}", fullmatch=True))
def test_every_region_is_within_itself_and_its_province(code: str) -> None:
    assert is_within(code, code)
    assert is_within(code, f"{code[:2]}0000")


def test_an_id_has_no_slash() -> None:
    assert report_id("410711", "甲/乙局", 2021).count("/") == 0


def test_formats_rank_by_how_exactly_they_place_a_figure() -> None:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ranks = [
        format_rank(name) for name in ("text/html", word, "application/pdf", "text/plain", "image/png", "x/y")
    ]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_a_page_follows_its_attachment_into_the_more_specific_region(archive) -> None:
    archive.site("city", region="410700")
    archive.site("district", region="410711")
    for site in ("city", "district"):
        archive.report(site, f"http://{site}/1", site.encode(), {})
        archive.report(
            site,
            f"http://{site}/1.docx",
            b"file",
            {NEW: (3, "3")},
            role="attachment",
            parent=f"http://{site}/1",
        )
    (report,) = assembled(archive).reports
    assert report.region == "410711"
    assert [body.head.figures for body in report.bodies] == [1, 0, 0]


def test_an_index_page_of_other_bodies_reports_joins_nothing(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/index", b"index", {}, agency="甲区")
    for name in ("甲区教育局", "甲区财政局"):
        archive.report(
            "a", f"http://a/{name}", name.encode(), {NEW: (3, "3")}, agency=name, role="attachment",
            parent="http://a/index",
        )  # fmt: skip
    assert [report.agency for report in assembled(archive).reports] == ["甲区", "甲区教育局", "甲区财政局"]


@pytest.mark.parametrize(
    ("name", "own", "fuller"),
    [
        ("段店乡人民政府", "段店乡", True),
        ("黄陂区教育局", "教育局", True),
        ("黄陂区教育局", "黄陂区", False),
        ("教育局", "教育局", False),
        ("教育局", "黄陂区教育局", False),
    ],
)
def test_a_fuller_name_is_the_same_bodys(name: str, own: str, fuller: bool) -> None:
    assert is_fuller(name, own) is fuller


def test_a_picture_without_a_name_belongs_to_the_report_of_its_page(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"page", {}, agency="甲区教育局", year=2021)
    for number, figures in ((1, {NEW: (3, "3")}), (2, {NEW: (3, "3"), GRANTED: (1, "1")})):
        archive.report(
            "a", f"http://a/{number}.png", f"picture {number}".encode(), figures, agency=None, year=None,
            role="attachment", parent="http://a/1", media_type="image/png",
        )  # fmt: skip
    (report,) = assembled(archive).reports
    assert report.id == "410711-甲区教育局-2021"
    assert report.primary.first.url == "http://a/2.png"
    assert len(report.copies) == 2
