"""Captures: what was asked of a site and what came back. The archive's truth; everything else is folded from them.

Layout:

    captures/<site>/<run>/<n>.jsonl      one segment of a run's captures of one site, written once, n = 000000, 000001, …

A segment is written only after the bodies that its captures name are durable. A run owns its segments: two runs
never write the same key. A process killed before a segment leaves at most bodies that no capture names; the next
run asks again and names them.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Trail:
    """How the crawler came to an address: the page that linked there, and the link's words.

    Attributes:
        listing: address of the page that held the link, None for an entry point.
        anchor: the link's text (its title attribute where the text was cut).
        date: the date beside the link, as printed, where there was one.
    """

    listing: str | None = None
    anchor: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One request and its answer.

    Attributes:
        id: ``<site>/<run>/<n>`` with n the ordinal within the run's captures of the site.
        run: run id; sorts by time.
        site: site id of the registry.
        role: ``listing`` (a page asked for its links), ``document`` (a page that may be a report), ``attachment``
            (a file that a document page links).
        url: the address asked, as the crawler knows the resource.
        final_url: the address that answered, after redirects.
        redirects: addresses passed on the way.
        method: ``GET`` or ``POST``.
        request_headers: as sent, secrets removed.
        request_body: the form or JSON of a POST, None otherwise.
        response_headers: as received, secrets removed.
        time: when the answer was complete, UTC, ISO 8601 with seconds.
        status: HTTP status, None where no answer came.
        outcome: ``new``, ``unchanged_304``, ``unchanged_hash``, ``changed``, ``gone``, ``blocked:<wall>``,
            ``error:<kind>``.
        sha256: hash of the body, also of the archived body that a 304 confirmed; None where there is no body.
        size: bytes of that body.
        media_type: as declared by the server, without parameters.
        sniffed_type: by content.
        renderer: ``http`` or ``browser``.
        parent: for an attachment the address of its page.
        trail: how the crawler came here.
        note: what a person should know (error text, wall marker), else None.
    """

    id: str
    run: str
    site: str
    role: str
    url: str
    final_url: str
    time: str
    outcome: str
    method: str = "GET"
    redirects: tuple[str, ...] = ()
    request_headers: dict[str, str] = field(default_factory=dict)
    request_body: str | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    sniffed_type: str | None = None
    renderer: str = "http"
    parent: str | None = None
    trail: Trail = Trail()
    note: str | None = None
