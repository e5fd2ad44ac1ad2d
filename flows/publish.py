"""A release from everything the store holds."""

from __future__ import annotations

import extraction
from dataset.release import Publication, publish
from flows.progress import emit
from storage import ObjectStore


def publish_release(store: ObjectStore) -> Publication:
    """Make a release of what was read so far, unless the last one says the same already."""
    emit("publish", "begin")
    publication = publish(
        store,
        extractor=extraction.EXTRACTOR,
        progress=lambda done, total: emit("publish", "report", done=done, total=total),
    )
    emit("publish", "end", version=publication.version, new=publication.is_new)
    return publication
