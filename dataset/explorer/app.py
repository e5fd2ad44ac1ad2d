"""The application: routes, guards, errors in words."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from threading import Thread

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dataset.explorer import api, documents, lists, views
from dataset.explorer.database import SlowQueryError
from dataset.explorer.explorer import FOLDER, Explorer, NotFoundError
from dataset.explorer.safety import Guard

log = logging.getLogger(__name__)


def make_app(explorer: Explorer, hosts: Iterable[str] = ("localhost", "127.0.0.1", "::1")) -> Starlette:
    """Return the application on a release.

    Args:
        explorer: the release and its archive.
        hosts: names it answers to.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        Thread(target=explorer.warm, daemon=True).start()
        yield
        explorer.db.close()

    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(Guard, hosts=hosts), Middleware(GZipMiddleware, minimum_size=2000)],
        exception_handlers={
            404: _not_found,
            405: _not_found,
            NotFoundError: _no_such,
            SlowQueryError: _slow,
            500: _defect,
        },
        lifespan=lifespan,
    )
    app.state.explorer = explorer
    return app


def _routes() -> list[Route | Mount]:
    return [
        Route("/", views.home),
        Route("/reports", lists.reports),
        Route("/reports.csv", lists.reports),
        Route("/report/{report_id:path}/figures.csv", lists.figures_csv),
        Route("/report/{report_id:path}", views.report),
        Route("/evidence/{report_id:path}/{cell}/document", views.document),
        Route("/evidence/{report_id:path}/{cell}", views.show),
        Route("/document/{sha256}", documents.page),
        Route("/document/{sha256}/view", documents.view),
        Route("/document/{sha256}/page.png", documents.page_picture),
        Route("/original/{sha256}", documents.original),
        Route("/compare", lists.compare),
        Route("/compare.csv", lists.compare),
        Route("/coverage", lists.coverage),
        Route("/coverage.csv", lists.coverage),
        Route("/search", lists.search),
        Route("/search.csv", lists.search),
        Route("/trends.csv", lists.trends_csv),
        Route("/desk", lists.quality_desk),
        Route("/desk/{kind}.csv", lists.doubts),
        Route("/desk/{kind}", lists.doubts),
        *api.routes(),
        Mount("/static", StaticFiles(directory=FOLDER / "static")),
    ]


def _say(request: Request, status: int, heading: str, detail: str = "") -> Response:
    explorer: Explorer = request.app.state.explorer
    if request.url.path.startswith("/api/"):
        from dataset.explorer.words import say

        return JSONResponse({"error": say(heading, "en"), "detail": detail}, status_code=status)
    return explorer.page(request, "message.html", status=status, heading=heading, detail=detail)


def _not_found(request: Request, _: Exception) -> Response:
    return _say(request, 404, "not_found_title", request.url.path)


def _no_such(request: Request, error: Exception) -> Response:
    return _say(request, 404, str(error), request.url.path)


def _slow(request: Request, _: Exception) -> Response:
    from dataset.explorer.words import language, say

    return _say(request, 503, "slow_title", say("slow_note", language(request)))


def _defect(request: Request, error: Exception) -> Response:
    from dataset.explorer.words import language, say

    log.error("%s %s", request.method, request.url.path, exc_info=error)
    return _say(request, 500, "defect_title", say("defect_note", language(request)))
