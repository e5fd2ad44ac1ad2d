from __future__ import annotations

import pytest
import sim_jpaas as jpaas
import sim_trs as trs
import yaml
from sim_server import GovernmentSite, serve

from crawlers.detect import DetectError, detect
from crawlers.registry import Site


def test_a_column_is_described_with_one_request() -> None:
    site, _ = jpaas.build()
    with serve(site) as base:
        found = detect(base + jpaas.COLUMN, allow_private=True)
    assert (found.platform, found.column) == ("jpaas", True)
    assert found.reports >= 10
    assert "paramJson" in found.pages[0]
    assert site.paths() == ["/robots.txt", jpaas.COLUMN]
    entry = yaml.safe_load(found.suggestion)[0]
    assert Site.model_validate(entry).start == (base + jpaas.COLUMN,)


def test_a_page_above_the_column_names_it() -> None:
    site, _ = trs.build()
    with serve(site) as base:
        found = detect(base + "/zwgk/zfxxgk/", allow_private=True)
    assert ("政府信息公开年报", base + trs.COLUMN) in found.columns
    assert yaml.safe_load(found.suggestion)[0]["start"] == [base + trs.COLUMN]


def test_an_address_that_does_not_answer() -> None:
    with serve(GovernmentSite()) as base, pytest.raises(DetectError, match="not_found"):
        detect(base + "/nothing/", allow_private=True)
