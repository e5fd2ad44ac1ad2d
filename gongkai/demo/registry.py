"""The demo sites as entries of the site registry."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

DEFAULT_PORT = 18801
HOST = "127.0.0.1"
_REGISTRY = Path(__file__).with_name("sites.yaml")
_OWN_FIELDS = ("port", "content", "platform")


def definitions() -> list[dict[str, Any]]:
    """The entries of ``sites.yaml`` as written."""
    entries: list[dict[str, Any]] = yaml.safe_load(_REGISTRY.read_text(encoding="utf-8"))
    return entries


def entries_at(urls: Sequence[str]) -> list[dict[str, Any]]:
    """Registry entries of the sites at these addresses, in the order of ``sites.yaml``."""
    return [
        {
            **{key: value for key, value in entry.items() if key not in _OWN_FIELDS},
            "start": [url],
            "allow_private": True,  # loopback
            "delay": 0.2,  # our own machine; it still shows that requests are spaced
        }
        for entry, url in zip(definitions(), urls, strict=True)
    ]


def demo_sites(port_base: int = DEFAULT_PORT) -> list[dict[str, Any]]:
    """Registry entries of the demo sites served from ``port_base`` on.

    Args:
        port_base: the first of the consecutive ports.

    Returns:
        Entries with the fields of a site in the registry.
    """
    return entries_at([f"http://{HOST}:{port_base + entry['port']}/" for entry in definitions()])
