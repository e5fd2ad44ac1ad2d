from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.guard import allowed_hosts
from crawlers.job import Job, JobError, Politeness
from crawlers.registry import RegistryError, Site, load_sites

GOOD = '- {id: a, name: 甲, region: "410711", start: ["http://a.gov.cn/"]}\n'


def _write(folder: Path, text: str, name: str = "sites.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_bundled_registry_is_valid_and_says_where_addresses_were_seen() -> None:
    sites = load_sites()
    assert len(sites) >= 10
    for site in sites:
        assert "not visited" in site.evidence
        assert site.delay >= 1
        assert not site.allow_private
        assert all(host.endswith(".gov.cn") for host in allowed_hosts(site.start, site.hosts))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["is empty"]),
        ("a: 1", ["no list"]),
        ("- x", ["entry 1", "no mapping"]),
        ("- {id: [", ["line 1"]),
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
