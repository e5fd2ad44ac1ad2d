"""Levels of bodies: by their region, but for townships that no table has."""

import pytest

from dataset.places import level_of, region_of


@pytest.mark.parametrize(
    ("agency", "region", "level"),
    [
        ("牧野区新设立街道办事处", "410711", "township"),
        ("牧野区新设立镇人民政府", "410711", "township"),
        ("牧野区人民政府", "410711", "county"),
        ("牧野区乡村振兴局", "410711", "county"),
        ("牧野区花园街道办事处", "410711003", "township"),
        ("某街道办事处", "unknown", None),
    ],
)
def test_the_level_of_a_body(agency: str, region: str, level: str | None) -> None:
    assert level_of(agency, region_of(region, 2023)) == level
