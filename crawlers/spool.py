"""What was fetched and could not be stored, kept on this machine until the store is back.

A store that fails in the middle of a crawl ends the crawl. What waits for it then was asked of a site
already, and would be asked a second time. So the batch is written into a folder beside the logs
(``GONGKAI_SPOOL``), as the very objects it was to become: bodies, and one segment of captures under its
key. The next crawl of the site on this machine puts them into the store first. They are the same bytes
under the same keys, so it does not matter how much of the batch had arrived.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from storage import Archive, ObjectStore
from storage.captures import CaptureError, check_name

VARIABLE = "GONGKAI_SPOOL"


class Spool:
    """The spool of one site."""

    def __init__(self, folder: Path, site: str) -> None:
        self._folder = folder / check_name(site, "site")

    @classmethod
    def of(cls, site: str) -> Spool | None:
        """Return the site's spool, None where the environment names no folder."""
        folder = os.environ.get(VARIABLE)
        return cls(Path(folder), site) if folder else None

    def keep(self, key: str, segment: bytes, bodies: Sequence[bytes]) -> None:
        """Keep a batch; it is there as a whole or not at all.

        Raises:
            OSError: this machine's disk does not take it.
        """
        name = key.replace("/", "+")
        part, whole = self._folder / f".{name}", self._folder / name
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for number, body in enumerate(bodies):
            _write(part / f"body-{number:06d}", body)
        _write(part / "segment", segment)
        _write(part / "key", json.dumps({"key": key}).encode())
        # A later failure of the same run keeps the same segment with more in it. A kill between these two
        # lines loses the batch, which is then asked for again.
        shutil.rmtree(whole, ignore_errors=True)
        part.replace(whole)
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def empty_into(self, store: ObjectStore) -> int:
        """Put what is kept into the store, and forget it; return how many batches that were.

        Raises:
            StoreError: the store does not take it; it is still kept.
        """
        if not self._folder.is_dir():
            return 0
        batches = sorted(path for path in self._folder.iterdir() if not path.name.startswith("."))
        for batch in batches:
            for body in sorted(batch.glob("body-*")):
                Archive(store).put_body_file(body)
            key, segment = json.loads((batch / "key").read_bytes())["key"], (batch / "segment").read_bytes()
            if not store.put_new(key, segment) and store.get(key) != segment:
                raise CaptureError(f"{key} in {store.url} is not what {batch} holds; look at both")
            shutil.rmtree(batch)
        return len(batches)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
