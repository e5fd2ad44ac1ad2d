"""What an address of a demo site answers with."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

Parameters = Mapping[str, str]

HTML = "text/html; charset=UTF-8"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    "css": "text/css; charset=UTF-8",
    "js": "application/javascript; charset=UTF-8",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "docx": DOCX,
}


@dataclass(frozen=True)
class Resource:
    """A body with its type and, where the site sends them, its validators."""

    body: bytes
    media_type: str
    modified: datetime | None = None
    tagged: bool = True
    filename: str | None = None

    @property
    def etag(self) -> str | None:
        """A strong validator made from the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"' if self.tagged else None


Endpoint = Callable[[Parameters], Resource]


@dataclass
class DemoSite:
    """A site ready to be served: files by path (with query where it matters) and endpoints by path."""

    files: dict[str, Resource]
    not_found: Resource
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    post: frozenset[str] = frozenset()

    def get(self, path: str, query: str, parameters: Parameters) -> Resource | None:
        """The answer to a GET, or None if there is none."""
        if path in self.endpoints:
            return self.endpoints[path](parameters)
        return self.files.get(f"{path}?{query}") or self.files.get(path)
