# ruff: noqa: E501 - pages and titles as sites write them
from __future__ import annotations

import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.address import IPv4Address

from crawlers.guard import (
    GuardedResolver,
    HostGuard,
    HostNotAllowedError,
    PrivateAddressError,
    authority,
    is_public,
)


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
     "fd00::1", "::ffff:127.0.0.1", "100.64.0.1", "224.0.0.1", "nonsense",
     # metadata services; translated, tunnelled and deprecated forms of inner addresses
     "100.100.100.200", "fd00:ec2::254", "192.0.0.192", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254",
     "2002:7f00:1::", "2002:a00:1::1", "::127.0.0.1", "2001:0:7f00:1::", "fec0::1", "ff02::1", "255.255.255.255", "[::1]"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_addresses_that_are_public() -> None:
    assert is_public("122.137.242.24")
    assert is_public("2400:3200::1")
    assert is_public("::ffff:122.137.242.24")
    assert is_public("64:ff9b::122.137.242.24")


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


class Answers:
    """A resolver below ours that gives what it is told, another answer each time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver: Any, name: str, *_: Any) -> Any:  # noqa: N802
        receiver.resolutionBegan(None)
        for host in self.answers.pop(0):
            receiver.addressResolved(IPv4Address("TCP", host, 80))
        receiver.resolutionComplete()
        return receiver


class Heard:
    def __init__(self) -> None:
        self.hosts: list[str] = []

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: IPv4Address) -> None:  # noqa: N802
        self.hosts.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        pass


def test_a_name_that_is_turned_inwards_is_refused_at_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = GuardedResolver.__new__(GuardedResolver)
    below = Answers(["122.137.242.24"], ["127.0.0.1"], ["10.0.0.1", "122.137.242.24"], ["127.0.0.1"])
    monkeypatch.setattr(
        CachingHostnameResolver,
        "resolveHostName",
        lambda self, receiver, name, *rest: below.resolveHostName(receiver, name),
    )
    monkeypatch.setattr(GuardedResolver, "refused", set())
    monkeypatch.setattr(GuardedResolver, "private_hosts", {"demo.gov.cn"})
    heard = []
    for name in ("x.gov.cn", "x.gov.cn", "x.gov.cn", "demo.gov.cn"):
        heard.append(Heard())
        resolver.resolveHostName(heard[-1], name)  # type: ignore[arg-type]
    assert [one.hosts for one in heard] == [["122.137.242.24"], [], ["122.137.242.24"], ["127.0.0.1"]]
    assert GuardedResolver.refused == {"x.gov.cn"}


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_numbers_that_only_some_read_as_addresses_are_names(host: str) -> None:
    """They are resolved, and what they resolve to is judged."""
    found = {str(item[4][0]) for item in socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)}
    assert found
    assert not any(is_public(address) for address in found)
