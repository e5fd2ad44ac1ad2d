"""Registry files as text: writing entries, and changing one without touching the rest of the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crawlers.registry import RegistryError, Site, Visit

_BEGIN = re.compile(r"^- *(?:id: *(?P<id>[^#\n]*?) *(?:#.*)?)?$")
_PLAIN = re.compile(r"[a-z][a-z_-]*")
# What YAML reads as something else than a string.
_NOT_TEXT = {"y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf"}

_ORDER = (
    "id", "name", "region", "regions", "agency", "agencies", "start", "addresses", "hosts", "state",
    "platform", "render", "delay", "allow_private", "expect", "known", "evidence", "visit",
)  # fmt: skip
_ALWAYS = ("id", "name", "region")


def dump_sites(sites: Iterable[Site], heading: str = "") -> str:
    """Return sites as a registry file; the same text for the same sites.

    Args:
        sites: the entries, in this order.
        heading: comment lines before the first entry, without their marks.
    """
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    for site in sites:
        lines += ["", *entry_lines(site)]
    return "\n".join(lines).strip("\n") + "\n"


def entry_lines(site: Site) -> list[str]:
    """Return an entry as lines of YAML; fields that say nothing beyond their default are left out."""
    data = site.model_dump(mode="json", exclude_defaults=True)
    if site.addresses and Site.model_validate({**data, "start": list(_derived(site))}) == site:
        data.pop("start", None)
    lines: list[str] = []
    for name in [key for key in _ORDER if key in data or key in _ALWAYS] + [
        k for k in data if k not in _ORDER
    ]:
        value = data[name]
        if name in {"addresses", "known"}:
            lines += [f"{name}:", *(f"- {_flow(one)}" for one in value)]
        else:
            lines.append(f"{name}: {_flow(value)}")
    return [("- " if number == 0 else "  ") + line for number, line in enumerate(lines)]


def _derived(site: Site) -> tuple[str, ...]:
    bare = {"id": site.id, "name": site.name, "region": site.region}
    addresses = [one.model_dump(mode="json") for one in site.addresses]
    if not any(one["kind"] in {"column", "platform", "home"} for one in addresses):
        return site.start
    return Site.model_validate({**bare, "addresses": addresses}).start


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)


def write_visit(path: Path, site: str, visit: Visit) -> None:
    """Write what a visit found into a site's entry; every other line of the file stays as it is.

    Raises:
        RegistryError: the file has no entry of this id that begins with ``- id: …`` on a line of its own.
    """
    path_text = path.read_text("utf-8")
    text = amended(path_text, site, visit)
    if text is None:
        raise RegistryError(
            f"{path}: entry {site!r}: cannot be changed in place; "
            f"begin it with '- id: {site}' and one field a line"
        )
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8")
    part.replace(path)


def amended(text: str, site: str, visit: Visit) -> str | None:
    """Return the text of a registry file with a visit in one entry, None where the entry is not found."""
    lines = text.split("\n")
    begins = [number for number, line in enumerate(lines) if line.startswith("-")]
    for place, begin in enumerate(begins):
        match = _BEGIN.match(lines[begin])
        if match is None or (match["id"] or "").strip("\"'") != site:
            continue
        end = begins[place + 1] if place + 1 < len(begins) else len(lines)
        while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1  # what stands before the next entry belongs to it
        kept = _without(lines[begin:end], ("state", "visit"))
        state = f"  state: {visit.outcome}"
        found = f"  visit: {_flow(visit.model_dump(mode='json', exclude_defaults=True))}"
        return "\n".join([*lines[:begin], *kept, state, found, *lines[end:]])
    return None


def _without(lines: list[str], names: tuple[str, ...]) -> list[str]:
    kept: list[str] = []
    dropping = False
    for line in lines:
        if re.match(r"  ?\S|- ", line):
            dropping = bool(re.match(rf"  (?:{'|'.join(names)}) *:", line))
        if not dropping:
            kept.append(line)
    return kept
