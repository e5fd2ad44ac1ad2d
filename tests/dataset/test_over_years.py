import pytest

from dataset.heads import Heads
from dataset.past import Moment
from dataset.reports import assemble
from dataset.sources import gather
from dataset.spool import Spool
from tests.dataset.conftest import NOW

EXTRACTOR = "2.0.0+new"
NEW = "requests.new.total"


@pytest.fixture
def ids(archive):
    def found() -> list[str]:
        with Spool() as spool:
            heads = Heads(archive.store, [EXTRACTOR], spool)
            done = assemble(gather(Moment(archive.store, EXTRACTOR, NOW), heads))
        return [report.id for report in done.reports]

    return found


def add(archive, site: str, number: int, agency: str, year: int, region: str | None) -> None:
    data = f"{site} {number}".encode()
    archive.report(
        site, f"http://{site}/{number}", data, {NEW: (3, "3")}, agency=agency, year=year, region=region
    )


def test_a_region_that_one_year_makes_certain_holds_for_all(archive, ids) -> None:
    archive.site("hub", region="410700")
    add(archive, "hub", 1, "牧野区教育局", 2020, "410711")
    add(archive, "hub", 2, "牧野区教育局", 2021, None)
    add(archive, "hub", 3, "牧野区教育局", 2022, "410711")
    assert ids() == [f"410711-牧野区教育局-{year}" for year in (2020, 2021, 2022)]


def test_a_bare_name_on_a_site_of_many_bodies_may_be_another_one(archive, ids) -> None:
    archive.site("hub", region="410700")
    add(archive, "hub", 1, "教育局", 2020, "410711")
    add(archive, "hub", 2, "教育局", 2021, None)
    assert ids() == ["410700-教育局-2021", "410711-教育局-2020"]


def test_on_the_site_of_one_body_its_bare_name_is_certain(archive, ids) -> None:
    archive.site("own", region="410700", agency="教育局")
    add(archive, "own", 1, "教育局", 2020, "410711")
    add(archive, "own", 2, "教育局", 2021, None)
    assert ids() == ["410711-教育局-2020", "410711-教育局-2021"]


def test_homonyms_stay_apart(archive, ids) -> None:
    archive.site("nation", region="000000")
    add(archive, "nation", 1, "鼓楼区教育局", 2020, "320106")
    add(archive, "nation", 2, "鼓楼区教育局", 2021, "410204")
    add(archive, "nation", 3, "鼓楼区教育局", 2022, None)
    assert ids() == ["000000-鼓楼区教育局-2022", "320106-鼓楼区教育局-2020", "410204-鼓楼区教育局-2021"]


def test_the_same_name_on_another_site_is_another_body(archive, ids) -> None:
    archive.site("a", region="410700")
    archive.site("b", region="320100")
    add(archive, "a", 1, "鼓楼区教育局", 2020, "410711")
    add(archive, "b", 2, "鼓楼区教育局", 2021, None)
    assert ids() == ["320100-鼓楼区教育局-2021", "410711-鼓楼区教育局-2020"]


def test_a_place_is_its_government_where_one_year_says_so(archive, ids) -> None:
    archive.site("hub", region="410711")
    add(archive, "hub", 1, "段店乡人民政府", 2020, None)
    add(archive, "hub", 2, "段店乡", 2021, None)
    add(archive, "hub", 3, "高新区", 2021, None)
    add(archive, "hub", 4, "高新区人民政府", 2020, None)
    add(archive, "hub", 5, "高新区管理委员会", 2019, None)
    assert ids() == [
        "410711-段店乡人民政府-2020",
        "410711-段店乡人民政府-2021",
        "410711-高新区-2021",
        "410711-高新区人民政府-2020",
        "410711-高新区管理委员会-2019",
    ]
