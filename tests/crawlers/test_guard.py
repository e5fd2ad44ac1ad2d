# ruff: noqa: E501 - pages and titles as sites write them
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.guard import HostGuard, HostNotAllowedError, PrivateAddressError, authority, is_public


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://www.x.gov.cn/a", True),
        ("https://x.gov.cn/a", True),
        ("http://X.GOV.CN:80/a", True),
        ("https://x.gov.cn.:443/", True),
        ("http://zwgk.y.gov.cn/", True),
        ("http://x.gov.cn:8080/", False),
        ("http://jyj.x.gov.cn/", False),
        ("http://x.gov.cn.evil.com/", False),
        ("http://x.gov.cn@evil.com/", False),
        ("ftp://x.gov.cn/", False),
        ("file:///etc/passwd", False),
        ("http:///x", False),
    ],
)
def test_hosts_are_exact(url: str, allowed: bool) -> None:
    guard = HostGuard(["http://www.x.gov.cn/"], ["zwgk.y.gov.cn"])
    assert guard.allows(url) is allowed


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1%eth0",
     "fd00::1", "::ffff:127.0.0.1", "100.64.0.1", "224.0.0.1", "nonsense"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_addresses_that_are_public() -> None:
    assert is_public("122.137.242.24")
    assert is_public("2400:3200::1")


def test_literal_addresses_are_judged() -> None:
    with pytest.raises(PrivateAddressError):
        HostGuard(["http://10.0.0.1/"]).check("http://10.0.0.1/")
    HostGuard(["http://10.0.0.1/"], allow_private=True).check("http://10.0.0.1/x")
    with pytest.raises(HostNotAllowedError):
        HostGuard(["http://10.0.0.1/"], allow_private=True).check("http://10.0.0.2/")


@given(st.text(max_size=80))
def test_no_address_breaks_the_guard(text: str) -> None:
    assert HostGuard(["http://x.gov.cn/"]).allows(f"http://{text}") in {True, False}


def test_ports_belong_to_the_host() -> None:
    assert authority("http://a.gov.cn:8080/") == "a.gov.cn:8080"
    assert authority("http://[::1]:8080/") == "[::1]:8080"
