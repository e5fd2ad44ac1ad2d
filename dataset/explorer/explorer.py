"""What every page needs: the release, the archive, the templates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dataset.explorer import desk, totals
from dataset.explorer.charts import number_text
from dataset.explorer.database import Database
from dataset.explorer.messages import issue_message
from dataset.explorer.release_file import ReleaseFile
from dataset.explorer.report_page import (
    cell_name,
    check_name,
    evidence_link,
    flag_name,
    mention_name,
    plain,
    report_link,
)
from dataset.explorer.shown import Shown
from dataset.explorer.words import COOKIE, LANGUAGES, language, say, say_code
from storage import ObjectStore

FOLDER = Path(__file__).parent
_YEAR_OF_SECONDS = 365 * 24 * 3600


class NotFoundError(Exception):
    """The release has no such thing; the message is the key of the words that say so."""


class Explorer:
    """A release with its archive, and the pages made of them."""

    def __init__(self, release: ReleaseFile, store: ObjectStore, *, seconds: float = 5.0) -> None:
        """Args: the release; the store with its archive; how long a query may take."""
        self.release = release
        self.store = store
        self.db = Database(release.path, seconds=seconds)
        self.shown = Shown()
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            evidence_link=evidence_link, report_link=report_link, plain=plain, number=number_text
        )

    def page(
        self, request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:  # fmt: skip
        """Return a page from a template, in the language the reader wants."""
        lang = language(request)
        html = self._templates.get_template(template).render(
            lang=lang,
            t=lambda key, **more: say(key, lang, **more),
            cell_name=lambda cell: cell_name(cell, lang),
            check_name=lambda check: check_name(check, lang),
            flag_name=lambda flag: flag_name(flag, lang),
            issue_name=lambda issue: say_code("issue", issue, lang),
            issue_message=lambda code, message: issue_message(code, message, lang),
            mention_name=lambda key: mention_name(key, lang),
            code=lambda kind, word: say_code(kind, word or "", lang),
            version=self.release.version,
            path=request.url.path,
            other=self._other(request, lang),
            with_=lambda **more: _with(request, **more),
            years=lambda: self.years,
            provinces=lambda: self.provinces,
            place=lambda code: self.place(code, lang),
            query=request.query_params.get("q", "") if request.url.path in ("/search", "/reports") else "",
            **values,
        )
        response = HTMLResponse(html, status_code=status, headers=dict(headers or {}))
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(COOKIE, lang, max_age=_YEAR_OF_SECONDS, samesite="lax", httponly=True)
        return response

    def _other(self, request: Request, lang: str) -> str:
        return _with(request, lang=next(one for one in LANGUAGES if one != lang))

    @cached_property
    def years(self) -> list[int]:
        """Years that the release has reports or expectations of, the latest first."""
        return list(reversed(totals.matrix(self.db)["years"]))

    @cached_property
    def provinces(self) -> list[str]:
        """Codes of the provinces of the release."""
        return list(totals.matrix(self.db)["provinces"])

    def place(self, code: str, lang: str) -> str:
        """Return the name of a province."""
        if code == "000000":
            return say("central", lang)
        name = totals.province_name(code) or code
        return say_code("province", code[:2], lang) if lang == "en" and _known(code) else name

    def warm(self) -> None:
        """Count what is counted over the whole release, so that nobody waits for it."""
        totals.by_year(self.db)
        totals.matrix(self.db)
        totals.quality(self.db)
        desk.overview(self.db)


def _known(code: str) -> bool:
    return say_code("province", code[:2], "en") != code[:2]


def _with(request: Request, **more: Any) -> str:
    """Return the link to this page with other parameters; None takes one out."""
    asked = [(key, value) for key, value in request.query_params.multi_items() if key not in more]
    asked += [(key, str(value)) for key, value in more.items() if value is not None]
    return f"{request.url.path}?{urlencode(asked)}" if asked else request.url.path


def explorer_of(request: Request) -> Explorer:
    """Return the explorer that a request is for."""
    found: Explorer = request.app.state.explorer
    return found


def number_of(request: Request, name: str, *, most: int = 10_000, default: int | None = None) -> int | None:
    """Return a parameter that is a number from 0, the default where it is none."""
    text = request.query_params.get(name, "")
    return min(int(text), most) if text.isdecimal() and len(text) < 8 else default
