"""Run ids: they sort by the moment the run began, and no two are the same."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

_FORMAT = "%Y%m%dT%H%M%SZ"
_RUN = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{6}")


def new_run_id(now: datetime) -> str:
    """Return an id for a run that begins at `now`: ``20261122T153000Z-a1b2c3``.

    Raises:
        ValueError: `now` does not say its time zone.
    """
    return f"{run_moment(now)}-{secrets.token_hex(3)}"


def run_moment(moment: datetime) -> str:
    """Return what the ids of runs that begin at `moment` start with.

    Raises:
        ValueError: the moment does not say its time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    return f"{moment.astimezone(UTC):{_FORMAT}}"


def run_began(run: str) -> datetime | None:
    """Return the moment a run began, None where its id does not say (an imported run)."""
    match = _RUN.fullmatch(run)
    if match is None:
        return None
    try:
        return datetime.strptime(match[1], _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
