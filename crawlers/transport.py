"""The way to a host: today's TLS, older TLS only as a recorded fallback, faults of certificates noted.

Certificates are not refused (docs/decisions/0004), but what is wrong with one is written into every capture
that came through it. A host that cannot speak today's TLS (1.2 with safe renegotiation and ciphers) is asked
again with the older one only where its site's entry says ``tls: legacy``; the capture says so too.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlsplit

import certifi
from OpenSSL import SSL
from scrapy import Request
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.core.downloader.tls import _ScrapyClientTLSOptions26
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.ssl import CertificateOptions, TLSVersion

from crawlers.polite import PoliteMiddleware

log = logging.getLogger(__name__)

_LEGACY_SERVER_CONNECT = 0x4
_LEGACY_CIPHERS = b"ALL:@SECLEVEL=0"
# Numbers of X509_verify_cert's errors, by what they say to a person.
_PROBLEMS = {
    9: "not yet valid",
    10: "expired",
    18: "self-signed",
    19: "self-signed root",
    20: "incomplete chain",
    21: "incomplete chain",
}
_TLS_WORDS = ("ssl", "tls", "handshake", "renegotiation", "dh key too small", "ecpoint")


class _Options(CertificateOptions):
    """Contexts that know the usual roots, so that what a chain lacks can be told."""

    legacy = False

    def _makeContext(self, *args: Any, **kwargs: Any) -> SSL.Context:  # noqa: N802 - Twisted's name
        context = super()._makeContext(*args, **kwargs)
        context.load_verify_locations(certifi.where())
        if self.legacy:
            context.set_options(_LEGACY_SERVER_CONNECT)
            context.set_cipher_list(_LEGACY_CIPHERS)
        return context


class _LegacyOptions(_Options):
    legacy = True


Note = Callable[[str, str], None]


class _Connections(_ScrapyClientTLSOptions26):
    """A connection that is made whatever its certificate says, and tells what is wrong with it."""

    note: Note
    peer: str

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803
        connection = super().clientConnectionForTLS(tlsProtocol)
        name: str = self._hostnameASCII
        expected = DNS_ID(name) if self._hostnameIsDnsName else IPAddress_ID(name)

        def look(_: SSL.Connection, certificate: Any, error: int, depth: int, ok: int) -> bool:
            if not ok:
                self.note(self.peer, _PROBLEMS.get(error, f"error {error}"))
            if depth == 0:
                try:
                    verify_service_identity(extract_patterns(certificate), [expected], [])
                except (CertificateError, VerificationError):
                    self.note(self.peer, "for another name")
            return True

        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, look)
        return connection


class _Contexts(_ScrapyClientContextFactory):
    """Scrapy's contexts, with our options and notes."""

    options: type[_Options] = _Options
    versions: ClassVar[dict[str, Any]] = {}
    note: Note

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - Twisted's name
        made = self.options(fixBrokenPeers=True, **self.versions)
        found = _Connections(made._makeTLSConnection, hostname.decode("ascii"))  # noqa: SLF001
        found.note, found.peer = self.note, f"{hostname.decode('ascii')}:{port}"
        return found


class _LegacyContexts(_Contexts):
    options = _LegacyOptions
    versions: ClassVar[dict[str, Any]] = {"insecurelyLowerMinimumTo": TLSVersion.TLSv1_0}


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler: keeps the pace of hosts that fail, finds another way to hosts with old TLS."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._owner = crawler
        self._problems: dict[str, set[str]] = defaultdict(set)
        self._contextFactory = self._contexts(_Contexts)
        self._legacy = HTTP11DownloadHandler(crawler)
        self._legacy._contextFactory = self._contexts(_LegacyContexts)  # noqa: SLF001
        self._old: set[str] = set()

    def _contexts(self, kind: type[_Contexts]) -> Any:
        made = kind()
        made.note = lambda peer, problem: self._problems[peer].add(problem)
        return made

    async def download_request(self, request: Request) -> Response:
        """Fetch a request; the pause of its host begins when this ends, whatever the end."""
        polite = self._owner.get_downloader_middleware(PoliteMiddleware)
        if polite is not None:
            polite.begins(request)
        try:
            return await self.fetch(request)
        finally:
            if polite is not None:
                polite.ended(request)

    async def fetch(self, request: Request) -> Response:
        """Fetch a request, with older TLS where nothing else helps and the site's entry allows it."""
        parts = urlsplit(request.url)
        host = f"{parts.hostname}:{parts.port or 443}"
        allowed = request.meta["crawl"].site.tls == "legacy"
        if allowed and host in self._old:
            return self._noted(await self._legacy.download_request(request), host)
        try:
            return self._noted(await super().download_request(request), host)
        except DownloadFailedError as error:
            if not (allowed and request.url.startswith("https:") and is_tls_failure(error)):
                raise
            log.info("%s: today's TLS failed, the older one is tried: %s", host, error)
        response = await self._legacy.download_request(request)
        self._old.add(host)
        return self._noted(response, host)

    def _noted(self, response: Response, host: str) -> Response:
        if response.url.startswith("https:"):
            if host in self._old:
                response.flags.append("tls: legacy")
            response.flags += [f"certificate: {problem}" for problem in sorted(self._problems.get(host, ()))]
        return response

    async def close(self) -> None:
        """Close the connections."""
        await self._legacy.close()
        await super().close()


def is_tls_failure(error: BaseException) -> bool:
    """Tell whether an exchange failed over TLS."""
    text = str(error).lower()
    return any(word in text for word in _TLS_WORDS)
