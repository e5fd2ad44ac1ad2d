"""`gongkai explore`: a release in the browser, figure by figure, with its evidence."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import webbrowser
from pathlib import Path

import click

from gongkai.errors import FINDINGS, USAGE, CommandError
from gongkai.output import note, say
from gongkai.session import Session, common_options, pass_session

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option(
    "--release", "version", metavar="VERSION", help="Of the releases in the store; default: the last."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0: any free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to answer at.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@common_options
@pass_session
def explore(session: Session, version: str | None, port: int, host: str, no_browser: bool) -> int:
    """Show a release in the browser: every figure with the page it was printed on.

    Read-only, and answers on this machine alone unless --host says otherwise. Ctrl-C ends it.
    """
    import uvicorn

    from dataset.explorer.app import make_app
    from dataset.explorer.explorer import Explorer
    from dataset.explorer.release_file import fetch_release
    from dataset.explorer.safety import hosts_of

    store = session.open_existing(reads_only=True)
    release = fetch_release(store, cache_folder(), version)
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    if host not in LOOPBACK:
        note(
            f"{host} can be reached by others: whoever reaches port {port} reads the release and the archive"
        )
    shown = host if host in LOOPBACK else f"[{host}]" if ":" in host else host
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else shown}:{port}/"  # noqa: S104
    say(f"release {release.version}: {address}  (Ctrl-C ends it)")
    app = make_app(Explorer(release, store), hosts_of(host))
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=2)
    if not no_browser:
        threading.Timer(0.8, webbrowser.open, (address,)).start()
    with listening:
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def cache_folder() -> Path:
    """Return where files of releases are kept: ``$XDG_CACHE_HOME`` or ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    folder = Path(base) / "gongkai" / "releases"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # No home to write to, such as in a container without one.
        folder = Path(tempfile.gettempdir()) / f"gongkai-{os.getuid()}" / "releases"
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(found[0], socket.SOCK_STREAM)
    except OSError as error:
        raise CommandError(f"--host {host}: no such address here", USAGE) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(found[4])
        listening.listen(128)
    except OSError as error:
        listening.close()
        reason = (error.strerror or str(error)).lower()
        raise CommandError(
            f"cannot listen at {host}:{port}: {reason}; --port takes another", FINDINGS
        ) from error
    return listening
