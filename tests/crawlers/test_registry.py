from __future__ import annotations

import time
from pathlib import Path

import pytest

from crawlers.checking import check_files, is_government
from crawlers.guard import allowed_hosts
from crawlers.job import Job, JobError, Politeness
from crawlers.registry import RegistryError, Site, Visit, bundled_files, load_sites, site_id
from crawlers.registry_file import dump_sites, write_visit
from crawlers.sites_page import sites_page
from extraction.regions import find

GOOD = '- {id: a, name: 甲, region: "410711", start: ["http://a.gov.cn/"]}\n'


def _write(folder: Path, text: str, name: str = "sites.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_bundled_registry_is_valid_and_says_where_addresses_were_seen() -> None:
    began = time.process_time()
    sites = load_sites()
    assert time.process_time() - began < 20  # about 1.5 alone; the bound is for busy and slow machines
    assert len(sites) > 4000
    for site in sites:
        assert "not visited" in site.evidence or site.visit is not None
        assert all(one.source for one in site.addresses)
        assert {one.url for one in site.addresses} >= set(site.start)
        assert site.delay >= 1
        assert not site.allow_private
        assert all(
            is_government(host.rsplit(":", 1)[0].removeprefix("www."))
            for host in allowed_hosts(site.start, site.hosts)
        )


def test_the_bundled_registry_has_no_finding() -> None:
    checked = check_files(bundled_files(), lambda code: find(code) is not None)
    assert checked.findings == ()
    regions = {site.region for site in checked.sites} | {r for site in checked.sites for r in site.regions}
    # Every province and prefecture has a site; hardly a county has none.
    assert len({code[:2] for code in regions} - {"00"}) == 31
    assert len({code for code in regions if len(code) == 6 and code.endswith("00")}) > 350
    assert len({code for code in regions if len(code) == 6 and not code.endswith("00")}) > 2700


def test_start_addresses_come_in_the_order_of_their_kinds() -> None:
    kinds = ("report", "home", "policy", "column", "platform", "column")
    addresses = [
        {"url": f"http://a.gov.cn/{number}", "kind": kind, "source": "here"}
        for number, kind in enumerate(kinds)
    ]
    site = Site.model_validate({"id": "a", "name": "甲", "region": "410711", "addresses": addresses})
    assert [url[-1] for url in site.start] == ["3", "5", "4", "1"]
    with pytest.raises(ValueError, match="start"):
        Site.model_validate({"id": "a", "name": "甲", "region": "410711", "addresses": addresses[:1]})


def test_ids_of_hosts() -> None:
    assert site_id("www.moe.gov.cn") == "moe"
    assert site_id("wjw.nanjing.gov.cn") == "wjw-nanjing"
    assert site_id("wjw-nanjing.gov.cn") != site_id("wjw.nanjing.gov.cn")
    assert site_id("www.gov.cn") == "gov-cn"
    assert site_id("122.137.242.24:8080") == "122-137-242-24-8080"


FINDINGS = {
    "unknown region": (GOOD.replace("410711", "419999"), "no division has or had the code 419999"),
    "not a government's host": (GOOD.replace("a.gov.cn", "a.com"), "a.com is not under gov.cn"),
    "a look-alike": (GOOD.replace("a.gov.cn", "agov.cn"), "agov.cn is not under gov.cn"),
    "unknown platform": (GOOD.replace("name:", "platform: wordpress, name:"), "'wordpress' is none of"),
    "state without visit": (GOOD.replace("name:", "state: verified, name:"), "do not belong together"),
    "same host": (
        GOOD + GOOD.replace("id: a", "id: b").replace("http://a", "https://www.a"),
        "is the host of 'a'",
    ),
    "same id": (GOOD + GOOD.replace("a.gov.cn", "b.gov.cn"), "has it already"),
}


@pytest.mark.parametrize("case", FINDINGS)
def test_findings_are_one_line_each(case: str, tmp_path: Path) -> None:
    text, words = FINDINGS[case]
    checked = check_files([_write(tmp_path, text)], lambda code: find(code) is not None)
    assert len(checked.findings) == 1
    assert words in checked.findings[0]
    assert "\n" not in checked.findings[0]


def test_every_finding_is_named_not_only_the_first(tmp_path: Path) -> None:
    broken = (
        GOOD
        + "- {id: B}\n- 5\n"
        + GOOD.replace("id: a", "id: c").replace("a.gov", "c.gov").replace("410711", "1")
    )
    files = [_write(tmp_path, broken), tmp_path / "none.yaml"]
    checked = check_files(files, lambda code: True)
    assert [site.id for site in checked.sites] == ["a"]
    assert len(checked.findings) == 4


def test_an_entry_survives_its_file(tmp_path: Path) -> None:
    site = Site.model_validate(
        {
            "id": "null",
            "name": '甲 #1: "乙"',
            "region": "410711",
            "regions": ["410700"],
            "addresses": [
                {"url": "http://a.gov.cn/x", "kind": "home", "source": "a: b"},
                {"url": "http://a.gov.cn/nb/", "kind": "column", "state": "inferred", "source": "yes"},
            ],
            "known": [{"url": "http://a.gov.cn/nb/1.html", "year": 2020, "agency": "甲局"}],
            "expect": {"reports": 0},
            "delay": 3.5,
            "visit": {"date": "2026-01-02", "outcome": "blocked", "reason": "ruishu"},
            "state": "blocked",
        }
    )
    explicit = Site.model_validate(
        {"id": "b", "name": "丙", "region": "410711", "start": ["http://b.gov.cn/"]}
    )
    path = _write(tmp_path, dump_sites([site, explicit], "made\nhere"))
    assert path.read_text().startswith("# made\n# here\n\n- id:")
    assert load_sites([path]) == [site, explicit]


HAND_WRITTEN = """# our sites

- id: a   # the first
  name: 甲
  # a remark
  region: "410711"
  state: seen
  start: ["http://a.gov.cn/"]

# the second
- id: b
  name: 乙
  visit:
    date: "2020-01-01"
    outcome: failed
  state: failed
  region: "410711"
  start:
  - http://b.gov.cn/   # home
"""


def test_a_visit_changes_its_entry_alone(tmp_path: Path) -> None:
    path = _write(tmp_path, HAND_WRITTEN)
    visit = Visit(date="2026-11-22", outcome="verified", columns=("http://b.gov.cn/nb/",), reports=3)
    write_visit(path, "b", visit)
    text = path.read_text()
    assert text.startswith(HAND_WRITTEN.split("- id: b")[0])
    assert "  - http://b.gov.cn/   # home\n" in text
    assert "2020-01-01" not in text
    first, second = load_sites([path])
    assert (first.state, first.visit) == ("seen", None)
    assert (second.state, second.visit) == ("verified", visit)
    write_visit(path, "a", visit)
    write_visit(path, "a", visit)
    again = path.read_text()
    assert "# a remark" in again
    assert "\n\n# the second\n- id: b\n" in again
    assert [site.visit for site in load_sites([path])] == [visit, visit]


def test_an_entry_that_cannot_be_changed_in_place(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD)
    with pytest.raises(RegistryError, match="cannot be changed in place"):
        write_visit(path, "a", Visit(date="2026-11-22", outcome="failed", reason="x"))
    assert path.read_text() == GOOD


def test_the_page_of_sites_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "sites.md"
    assert page.read_text("utf-8") == sites_page(load_sites()), "run `gongkai sites docs`"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["is empty"]),
        ("a: 1", ["no list"]),
        ("- x", ["entry 1", "no mapping"]),
        ("- {id: [", ["line "]),
        (GOOD.replace("id: a", "id: A_b"), ["'A_b'", "field id", "small letters"]),
        (GOOD.replace('"410711"', "410711"), ["'a'", "field region", 'in quotes: "410711"']),
        (GOOD.replace('"410711"', '"41"'), ["field region", "six digits"]),
        (GOOD.replace("http://a.gov.cn/", "ftp://a.gov.cn/"), ["field start", "http://"]),
        (GOOD.replace("http://a.gov.cn/", "http://a.gov.cn:99999/"), ["field start", "port"]),
        (GOOD.replace('["http://a.gov.cn/"]', '"http://a.gov.cn/"'), ["field start", "write a list"]),
        (GOOD.replace('["http://a.gov.cn/"]', "[]"), ["field start"]),
        (GOOD.replace("name: 甲", "delay: -1, name: 甲"), ["field delay"]),
        (GOOD.replace("name: 甲", "delay: .nan, name: 甲"), ["field delay"]),
        (GOOD.replace("name: 甲", "render: sometimes, name: 甲"), ["field render", "auto"]),
        (
            GOOD.replace("name: 甲", "hosts: ['http://b.gov.cn'], name: 甲"),
            ["field hosts", "without http://"],
        ),
        (GOOD.replace("name: 甲", "colour: red, name: 甲"), ["field colour", "not known"]),
        (GOOD.replace("name: 甲, ", ""), ["field name", "missing"]),
        (GOOD.replace("name: 甲", "expect: {agencies: many}, name: 甲"), ["field expect.agencies"]),
        (GOOD.replace("name: 甲", "name: 甲, name: 乙"), ["written twice"]),
        (GOOD + GOOD, ["'a'", "field id", "another id"]),
    ],
)
def test_a_wrong_entry_is_one_line_that_helps(text: str, words: list[str], tmp_path: Path) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(RegistryError) as caught:
        load_sites([path])
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    for word in words:
        assert word in message


def test_ids_are_unique_across_files(tmp_path: Path) -> None:
    one, two = _write(tmp_path, GOOD, "1.yaml"), _write(tmp_path, GOOD, "2.yaml")
    with pytest.raises(RegistryError, match=r"2\.yaml.*1\.yaml has it"):
        load_sites([one, two])


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="cannot be read"):
        load_sites([tmp_path / "none.yaml"])
    (tmp_path / "gbk.yaml").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(RegistryError, match="UTF-8"):
        load_sites([tmp_path / "gbk.yaml"])


def test_a_job_survives_its_file(tmp_path: Path) -> None:
    site = Site(id="a", name="甲", region="410711", start=("http://a.gov.cn/",))
    job = Job(run="20260101T000000Z-aaaaaa", store="file:///x", sites=(site,), out=tmp_path / "o.json")
    job.save(tmp_path / "job.json")
    assert Job.load(tmp_path / "job.json") == job


def test_a_contact_cannot_break_the_header() -> None:
    with pytest.raises(ValueError, match="contact"):
        Politeness(contact="a\r\nX: y")


def test_a_job_that_is_none(tmp_path: Path) -> None:
    path = _write(tmp_path, "{", "job.json")
    with pytest.raises(JobError, match=r"job\.json"):
        Job.load(path)
