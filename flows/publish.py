"""A release from everything the store holds."""

from __future__ import annotations

import extraction
from dataset.gates import Bounds
from dataset.release import Publication, publish
from flows.progress import emit
from storage import ObjectStore


def publish_release(store: ObjectStore, bounds: Bounds | None = None) -> Publication:
    """Make a release of what was read so far, unless the last one says the same already.

    Args:
        store: the store.
        bounds: of the gates; those that come with the software where none are given.
    """
    emit("publish", "begin")
    publication = publish(
        store,
        extractor=extraction.EXTRACTOR,
        bounds=bounds,
        progress=lambda done, total: emit("publish", "report", done=done, total=total),
        stage=lambda name: emit("publish", "stage", doing=name),
    )
    emit("publish", "end", version=publication.version, new=publication.is_new)
    return publication
