"""Where logs and Prefect's own files live, and Prefect's settings, made before Prefect is imported.

Nothing of this is in the store: an archive holds the archive only. Files go to
``$XDG_STATE_HOME/gongkai/<store>/`` (``~/.local/state`` by default), one folder a store, so that two archives
on one machine share neither a database nor a log.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path

QUIET_SETTINGS = {
    # No telemetry, no questions, no network beyond loopback.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SHOW_RELEASE_NOTES": "false",
}

PRIVATE_SETTINGS = {
    # Progress is ours to show; Prefect's log lines and tracebacks would only talk over it. Errors of tasks
    # come back as exceptions and end in the summary and in our log.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    # Services of a long-lived server; a run of minutes needs none of them.
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
}


def state_folder(store_url: str) -> Path:
    """Return (and make) the folder for logs and Prefect's files of runs on this store.

    Falls back to the temporary folder where there is no home to write to, such as in a container without one.
    """
    name = hashlib.sha256(store_url.encode()).hexdigest()[:12]
    base = os.environ.get("XDG_STATE_HOME")
    candidates = [Path(base)] if base else []
    home = os.environ.get("HOME")
    if home:
        candidates.append(Path(home) / ".local" / "state")
    for candidate in candidates:
        folder = candidate / "gongkai" / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    folder = Path(tempfile.gettempdir()) / f"gongkai-{os.getuid()}" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def logs_folder(store_url: str) -> Path:
    """Return (and make) the folder of the logs of runs on this store."""
    folder = state_folder(store_url) / "logs"
    folder.mkdir(exist_ok=True)
    return folder


def has_prefect_server(environ: Mapping[str, str]) -> bool:
    """True where the user brings a Prefect server, by ``PREFECT_API_URL`` or their active Prefect profile."""
    if environ.get("PREFECT_API_URL"):
        return True
    home = environ.get("PREFECT_HOME")
    path = Path(home) if home else Path(environ.get("HOME", "/")) / ".prefect"
    try:
        profiles = tomllib.loads((path / "profiles.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False  # no profiles that Prefect itself could read
    active = environ.get("PREFECT_PROFILE") or profiles.get("active")
    profile = profiles.get("profiles", {}).get(active)
    return isinstance(profile, dict) and bool(profile.get("PREFECT_API_URL"))


def set_prefect_settings(environ: MutableMapping[str, str], store_url: str) -> None:
    """Set Prefect's settings in `environ`, before Prefect is imported. Whatever the user set stays."""
    settings = dict(QUIET_SETTINGS)
    if not has_prefect_server(environ):
        settings |= PRIVATE_SETTINGS
        if "PREFECT_HOME" not in environ and "PREFECT_PROFILE" not in environ:
            settings["PREFECT_HOME"] = str(state_folder(store_url) / "prefect")
    for name, value in settings.items():
        environ.setdefault(name, value)
