"""What may be asked: hosts, addresses, schemes. The same rules for Scrapy's requests and for the browser's.

A site may ask the hosts of its start addresses and of its `hosts` list, each exactly or as its ``www.`` twin
(``www.x.gov.cn`` and ``x.gov.cn`` are one site everywhere we saw). Nothing else: no sibling and no subdomain,
because below ``beijing.gov.cn`` or ``km.gov.cn`` every department is a host of its own, with robots rules and
an owner of its own. A link that leads elsewhere is an issue (``host_not_allowed``) that names the host, for a
person to add.

A host is a name with its port; the default ports of http and https count as the same host. Names must resolve
to public addresses: `GuardedResolver` judges the addresses that a connection will really use, so that a name
cannot be pointed at the inner network between a check and its use. Entries with `allow_private` are exempt
(demos, tests).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.interfaces import IAddress


class HostNotAllowedError(IgnoreRequest):
    """The request leads to a host that the site does not allow."""


class PrivateAddressError(IgnoreRequest):
    """The request leads to an address that is not public."""


def authority(url: str) -> str:
    """Return ``host`` or ``host:port`` of an address, in one spelling; the default ports are left out.

    Raises:
        ValueError: there is no host, or the port is no number below 65536.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError("no host")
    port = parts.port
    if ":" in host:
        host = f"[{host}]"
    return host if port in {None, 80, 443} else f"{host}:{port}"


def _twin(host: str) -> str:
    return host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def allowed_hosts(start: Iterable[str], hosts: Iterable[str]) -> frozenset[str]:
    """Return every authority that a site with these start addresses and further hosts may ask."""
    named = [authority(url) for url in start] + [authority(f"http://{host.lower()}/") for host in hosts]
    twins = [_twin(name) for name in named if not _is_address(name.rsplit(":", 1)[0]) and "." in name]
    return frozenset(named + twins)


# Ranges that the table of special addresses calls global, or does not know, but that lead inwards or nowhere.
_INWARD = tuple(
    ipaddress.ip_network(network)
    for network in ("::/96", "fec0::/10", "192.0.0.0/24", "2001::/23", "3fff::/20", "5f00::/16")
)
# Translation of IPv4 into IPv6: the address inside is the one that is reached.
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, None where it stands for itself."""
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]").split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inside = _inside(parsed)
        if inside is not None:
            return is_public(str(inside))
    inward = any(parsed in network for network in _INWARD if network.version == parsed.version)
    return parsed.is_global and not parsed.is_multicast and not inward


class HostGuard:
    """The hosts that one site may ask.

    Attributes:
        hosts: the allowed authorities.
        allow_private: whether addresses that are not public may be asked.
    """

    def __init__(
        self, start: Iterable[str], hosts: Iterable[str] = (), *, allow_private: bool = False
    ) -> None:
        self.hosts = allowed_hosts(start, hosts)
        self.allow_private = allow_private

    def allows(self, url: str) -> bool:
        """Tell whether the address is of an allowed scheme and host."""
        try:
            return urlsplit(url).scheme in {"http", "https"} and authority(url) in self.hosts
        except ValueError:
            return False

    def check(self, url: str) -> None:
        """Raise unless the address may be asked; a literal IP address must be public."""
        if not self.allows(url):
            raise HostNotAllowedError(f"{urlsplit(url).netloc or url} is not among the site's hosts")
        host = urlsplit(url).hostname or ""
        if _is_address(host) and not self.allow_private and not is_public(host):
            raise PrivateAddressError(f"{host} is no public address")


class GuardMiddleware:
    """Downloader middleware: every request passes the guard of its site, redirects and robots.txt too."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Build from Scrapy's crawler."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse what the site does not allow; put the request into the queue of its host."""
        guard: HostGuard = request.meta["guard"]
        guard.check(request.url)
        # Set anew after a redirect: Scrapy would otherwise keep the queue of the first host.
        request.meta["download_slot"] = authority(request.url)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes on the public ones among the addresses of a name."""

    def __init__(self, receiver: Any, name: str, refused: set[str]) -> None:
        self._receiver = receiver
        self._name = name
        self._refused = refused

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if is_public(str(getattr(address, "host", ""))):
            self._receiver.addressResolved(address)
        else:
            self._refused.add(self._name)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Resolves names (IPv4 and IPv6) and hands out public addresses only, except for exempt names.

    Attributes:
        private_hosts: names that may resolve to anything; filled from the sites that say `allow_private`.
        refused: names that had addresses which were withheld.
    """

    private_hosts: set[str] = set()  # noqa: RUF012 - one resolver a process, filled before it is used
    refused: set[str] = set()  # noqa: RUF012

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve as Scrapy does, through the filter."""
        receiver: Any = resolutionReceiver
        if hostName not in self.private_hosts:
            receiver = _PublicOnly(receiver, hostName, self.refused)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
