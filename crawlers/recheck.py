"""Which documents a night asks again although their lists show them unchanged.

A list that shows a document under the same words and date answers for it; asking the document as well would
be a request for nothing. But an agency may edit a page and leave its list as it was. So every document is
asked again from time to time, conditionally: after `recheck_days` at first, and the longer it stayed the same
the later, up to `recheck_most_days`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawlers.job import Politeness
from crawlers.titles import completed
from storage import Resource, Trail
from storage.captures import GOOD_OUTCOMES


def moment_of(text: str) -> datetime:
    """Return the moment of a capture's time."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def is_due(known: Resource, settings: Politeness, now: datetime) -> bool:
    """Tell whether a document that was had before is to be asked again whatever its list says."""
    if known.last_seen is None or known.body_time is None or not settings.recheck_days:
        return True
    seen = moment_of(known.last_seen)
    same = seen - moment_of(known.body_time)
    least, most = timedelta(days=settings.recheck_days), timedelta(days=settings.recheck_most_days)
    return now - seen >= min(max(least, same), max(least, most))


def answered_by_list(known: Resource | None, trail: Trail, settings: Politeness, now: datetime) -> bool:
    """Tell whether a list's line makes it needless to ask its document.

    Args:
        known: what is known of the document.
        trail: the list, and the line's words and date.
        settings: how often documents are asked again.
        now: the present moment.
    """
    if known is None or known.sha256 is None or known.role == "listing":
        return False
    if known.last_outcome not in GOOD_OUTCOMES or is_due(known, settings, now):
        return False
    # Other lists may call it otherwise; only the same list's line can have changed.
    same_list = known.trail.listing == trail.listing
    words, shown = known.trail.anchor or "", trail.anchor or ""
    return not same_list or (completed(shown, words) == words and known.trail.date == trail.date)
