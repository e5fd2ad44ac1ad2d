"""A private Prefect API server for runs that have none.

Prefect would start one itself, but that one outlives a killed parent, prints its shutdown into the user's
terminal, and gives a slow machine twenty seconds. This one is a child like the crawlers (`flows.child`): it
ends with us however we end, and its words go to a log file. It listens on a loopback port of the system's
choice.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from flows.child import PARENT_PIPE, Child, Children, module_environment
from flows.environment import has_prefect_server, logs_folder, set_prefect_settings

START_TIMEOUT = 180.0
"""Seconds for a first start on a slow, shared machine: a new database has some hundred migrations."""

GRACE = 2.0


class ServerError(Exception):
    """The private server did not start; the message names its log."""


@contextmanager
def prefect_api(store_url: str, environ: MutableMapping[str, str] = os.environ) -> Iterator[None]:
    """Let Prefect be importable and usable in the block: with the user's own server, or with a private one.

    Must be entered before anything imports Prefect, as Prefect reads its settings when it is imported.
    """
    set_prefect_settings(environ, store_url)
    if has_prefect_server(environ):
        yield
        return
    for name in ("NO_PROXY", "no_proxy"):
        # A proxy cannot reach our loopback.
        environ[name] = ",".join(filter(None, (environ.get(name), "127.0.0.1", "localhost")))
    log_path = logs_folder(store_url) / "prefect-server.log"
    children = Children()
    with (
        log_path.open("wb") as log,
        children.start(
            [sys.executable, "-P", "-m", "flows.server"],
            env={**module_environment(environ), "PREFECT_UI_ENABLED": "0"},
            log=log,
        ) as child,
    ):
        port = next(child.lines(), "")
        if not port.isdigit():
            raise ServerError(f"the private Prefect server did not start; its log is {log_path}")
        threading.Thread(target=lambda: [None for _ in child.lines()], daemon=True).start()
        environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        try:
            # Importing Prefect takes seconds, and so does the server's start: side by side.
            import prefect  # noqa: F401

            _wait_until_healthy(environ["PREFECT_API_URL"], child, log_path)
            yield
        finally:
            _drain_events()
            children.stop_all(GRACE)


def _wait_until_healthy(api_url: str, child: Child, log_path: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and child.running:
        try:
            with opener.open(f"{api_url}/health", timeout=5) as answer:
                if answer.status == HTTPStatus.OK:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise ServerError(f"the private Prefect server did not start; its log is {log_path}")


def _drain_events() -> None:
    """Let Prefect's client hand over its last events, while there is a server to take them."""
    from prefect.events.worker import EventsWorker

    EventsWorker.drain_all(timeout=GRACE)


def serve() -> None:
    """Run the server until the parent ends; the port is the one line on standard output."""
    threading.Thread(target=_end_with_parent, args=(int(os.environ[PARENT_PIPE]),), daemon=True).start()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    # Before uvicorn's imports: the parent learns the port at once and can go on importing.
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    import uvicorn

    config = uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, log_level="error", lifespan="on"
    )
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_parent(pipe: int) -> None:
    os.read(pipe, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    serve()
