"""A generated archive of many reports: sites, captures, states and records, without crawling or reading.

The records are those that the extractor makes of the pages of the test corpus, with what tells reports apart
varied: agency, region, year, every count multiplied by one number (so that sums stay sums), longer texts. Of
a hundred reports about eight have an attachment that prints the same, three an earlier version, two a figure
that contradicts an identity, one a figure hardly legible; and beside them stand documents that cannot be
read, or of which nobody knows whose they are. The same number of reports gives the same archive.

Bodies are there for some reports only (`BODIES`): releases do not read them, the evidence of a figure does.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from extraction import EXTRACTOR, extract
from extraction.regions.table import divisions
from storage import (
    Archive,
    Capture,
    CaptureWriter,
    ObjectStore,
    RecordStore,
    Trail,
    open_store,
    refresh_state,
)
from storage.seal import seal

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "corpus" / "documents"
YEARS = (2020, 2021, 2022, 2023, 2024)
AGENCIES = (
    "人民政府", "教育局", "财政局", "民政局", "司法局", "公安局", "交通运输局", "农业农村局", "水利局",
    "商务局", "文化和旅游局", "卫生健康局", "应急管理局", "审计局", "市场监督管理局", "统计局",
    "医疗保障局", "自然资源局", "住房和城乡建设局", "人力资源和社会保障局",
)  # fmt: skip
A_SITE = len(YEARS) * len(AGENCIES)
"""Reports of a site."""
BODIES = 500
"""Reports whose documents are in the archive."""
RUN = "20260301T000000Z-00be4c"
SENTENCES = (
    "{}年，本机关认真贯彻落实政府信息公开条例，围绕中心工作持续推进{}领域信息公开，保障公众知情权。",
    "全年通过门户网站主动公开信息{}条，其中政策文件{}件，政策解读{}篇，回应群众关切{}次。",
    "进一步完善依申请公开工作流程，规范登记、审核、办理、答复各环节，全年收到申请{}件，均在法定期限内办结。",
    "加强政府网站和政务新媒体建设，{}政务微信公众号全年发布信息{}条，阅读量{}人次。",
    "健全信息发布审查机制，落实先审后发要求，对{}份文件进行了公开属性审查，未发生失泄密事件。",
    "组织开展政府信息公开业务培训{}次，参训人员{}人次，工作人员的业务能力得到进一步提升。",
    "存在的主要问题是公开内容的时效性有待加强，{}领域的信息更新不够及时，解读形式较为单一。",
    "下一步将深化重点领域信息公开，拓宽公开渠道，加大{}政策的解读力度，增强解读的针对性。",
    "对规范性文件进行了清理，废止{}件，修改{}件，现行有效{}件，清理结果已向社会公布。",
    "本年度没有收取信息处理费，{}方面没有其他需要报告的事项。",
)
_TOPICS = (
    "财政预算", "社会救助", "义务教育", "生态环境", "公共卫生", "安全生产", "食品药品", "城乡规划",
    "就业创业", "养老服务",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pattern:
    """A record of a page of the corpus."""

    edition: str
    page: bytes
    record: bytes


@cache
def patterns() -> tuple[Pattern, ...]:
    """Whole reports of the corpus: those of the forms of 2019 and 2021."""
    found = []
    for path in sorted(CORPUS.glob("html-*.html")):
        page = path.read_bytes()
        record = extract(page).to_dict()
        if record["kind"] == "report" and len(record["cells"]) > 150 and record["report"]["year"]:
            edition = record["report"]["edition"]
            found.append(Pattern(edition, page, orjson.dumps(record)))
    return tuple(found)


@cache
def counties() -> tuple[tuple[str, str], ...]:
    """Code and name of counties that were there in all the years."""
    entries = (entry for names in divisions().values() for entry in names)
    return tuple(
        sorted(
            (entry.code, entry.name)
            for entry in entries
            if len(entry.code) == 6 and not entry.code.endswith("00") and not entry.zone
            and entry.begin <= YEARS[0] and entry.end > YEARS[-1]
        )
    )  # fmt: skip


def make_archive(url: str, reports: int, *, processes: int = 2) -> None:
    """Write the archive into an empty store on this machine."""
    store = open_store(url)
    sites = -(-reports // A_SITE)
    jobs = [(url, number, min(A_SITE, reports - number * A_SITE), reports) for number in range(sites)]
    # The list of extractors comes with a first record; the others are written past the store.
    RecordStore(store, EXTRACTOR).put_new(hashlib.sha256(b"first").hexdigest(), {"kind": "not_report"})
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_make_site, jobs, chunksize=4))


def _make_site(job: tuple[str, int, int, int]) -> None:
    url, number, reports, of = job
    store = open_store(url)
    code, name = counties()[number * len(counties()) // max(1, -(-of // A_SITE))]
    site = f"s{number:05d}"
    entry = {
        "id": site,
        "name": f"{name}人民政府",
        "region": code,
        "agency": "all",
        "start": [f"http://{site}/"],
    }
    store.put(f"sites/{site}/entry.json", json.dumps(entry, ensure_ascii=False).encode())
    made = _Site(store, site, code, name, random.Random(number))
    for at in range(reports):
        made.report(at, with_body=(number * A_SITE + at) % max(1, of // BODIES) == 0)
    made.strays()
    made.writer.close()
    RecordStore(store, EXTRACTOR).save_manifest(site, made.kinds)
    refresh_state(store, site)


class _Site:
    def __init__(self, store: ObjectStore, site: str, code: str, name: str, chance: random.Random) -> None:
        self.store, self.site, self.code, self.name, self.chance = store, site, code, name, chance
        self.root = Path(store.url.removeprefix("file://")) / "records" / EXTRACTOR
        self.writer = CaptureWriter(store, site, RUN)
        self.kinds: dict[str, str] = {}

    def report(self, at: int, *, with_body: bool) -> None:
        agency, year = AGENCIES[at // len(YEARS)], YEARS[at % len(YEARS)]
        edition = "2019" if year == 2020 else "2021"
        pattern = self.chance.choice([one for one in patterns() if one.edition == edition])
        record = self.varied(pattern, agency, year)
        page = f"http://{self.site}/{at // len(YEARS):02d}/{year}.html"
        published = date.fromisoformat(record["report"]["published"])
        if self.chance.random() < 0.03:
            earlier = orjson.loads(orjson.dumps(record))
            earlier["sections"][0]["text"] += "（本页面已更正。）"
            self.keep(earlier, pattern, page, published, with_body=False)
            published += timedelta(days=40)
        self.keep(record, pattern, page, published, with_body=with_body)
        if self.chance.random() < 0.08:
            copy = orjson.loads(orjson.dumps(record))
            copy["document"]["media_type"] = "application/pdf"
            if self.chance.random() < 0.3:
                self.contradict(copy)
            self.keep(copy, pattern, f"{page}.pdf", published, with_body=False, parent=page)

    def varied(self, pattern: Pattern, agency: str, year: int) -> dict[str, Any]:
        chance = self.chance
        record: dict[str, Any] = orjson.loads(pattern.record)
        factor = chance.randint(1, 9)
        for name, cell in record["cells"].items():
            table, row, column = name.split(".")
            value = record["tables"][table][row][column]
            if isinstance(value, int) and cell["status"] == "number":
                record["tables"][table][row][column] = value * factor
                cell["raw"] = str(value * factor)
        for check in record["checks"]:
            for side in ("expected", "actual"):
                if isinstance(check[side], int):
                    check[side] *= factor
        if chance.random() < 0.02:
            self.contradict(record)
        if chance.random() < 0.01:
            cell = record["cells"][chance.choice(list(record["cells"]))]
            cell["confidence"] = 0.62
        record["report"] |= {
            "title": f"{self.name}{agency}{year}年政府信息公开工作年度报告",
            "agency": f"{self.name}{agency}",
            "region": {"code": self.code, "name": self.name, "level": "county"},
            "year": year,
            "published": (date(year + 1, 1, 5) + timedelta(days=chance.randint(0, 60))).isoformat(),
        }
        for section in record["sections"]:
            section["text"] += "".join(self.sentence(year) for _ in range(chance.randint(2, 8)))
        return record

    def sentence(self, year: int) -> str:
        words = (
            str(year),
            self.chance.choice(_TOPICS),
            *(str(self.chance.randint(1, 400)) for _ in range(3)),
        )
        pattern = self.chance.choice(SENTENCES)
        return pattern.format(*(words if pattern.startswith("{}年") else self.chance.sample(words[1:], 4)))

    def contradict(self, record: dict[str, Any]) -> None:
        """Make a figure another than its identity wants, as agencies do."""
        known = [one for one in record["checks"] if one["holds"] and isinstance(one["actual"], int)]
        if not known:
            return
        check = self.chance.choice(known)
        cell = check["cells"][-1]
        table, row, column = cell.split(".")
        value = (record["tables"][table][row][column] or 0) + 1
        record["tables"][table][row][column] = value
        record["cells"][cell] |= {"raw": str(value), "status": "number"}
        check |= {"holds": False, "actual": check["actual"] + 1}

    def strays(self) -> None:
        """Documents that cannot be read, of which nobody knows whose they are, that are no report."""
        base = {
            "record": 1,
            "extractor": EXTRACTOR,
            "report": None,
            "tables": {},
            "cells": {},
            "sections": [],
        }
        for number, kind in enumerate(("unreadable", "report", "not_report")):
            body = f"{self.site} {kind}".encode()
            document = {"sha256": "", "bytes": len(body), "media_type": "text/html"}
            record = {**base, "document": document, "kind": kind}
            if kind == "report":
                record["report"] = {
                    "title": "政府信息公开工作年度报告",
                    "agency": None,
                    "region": None,
                    "year": None,
                }
            pattern = Pattern("", body, b"")
            url = f"http://{self.site}/strays/{number}.html"
            self.keep(record, pattern, url, date(2025, 2, 1), with_body=False)

    def keep(
        self,
        record: dict[str, Any],
        pattern: Pattern,
        url: str,
        seen: date,
        *,
        with_body: bool,
        parent: str | None = None,
    ) -> None:
        body = pattern.page + f"\n<!-- {self.site} {len(self.writer)} -->".encode()
        sha256 = hashlib.sha256(body).hexdigest()
        record["document"] |= {"sha256": sha256, "bytes": len(body)}
        path = self.root / sha256[:2] / f"{sha256}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        # Past the store, which would wait for the disk at each: nobody grieves for this archive.
        path.write_bytes(seal(orjson.dumps(record)))
        self.kinds[sha256] = record["kind"]
        if with_body:
            Archive(self.store).put_body(body)
        self.writer.add(
            Capture(
                id=self.writer.next_id(), run=RUN, site=self.site, url=url, final_url=url, status=200,
                role="document" if parent is None else "attachment", time=f"{seen}T03:00:00Z",
                outcome="new", sha256=sha256, size=len(body), media_type=record["document"]["media_type"],
                parent=parent, trail=Trail(listing=f"http://{self.site}/list", anchor=record_title(record)),
            )
        )  # fmt: skip


def record_title(record: dict[str, Any]) -> str | None:
    """Return the words of the link to a report."""
    return (record["report"] or {}).get("title")


def bodies(store: ObjectStore) -> Iterator[str]:
    """Yield the hashes of the documents that are in the archive."""
    for key in store.list("raw/"):
        yield key.rpartition("/")[2]
