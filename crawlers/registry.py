"""The registry of sites: YAML files, one list of entries each, validated before anything is asked."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from crawlers.guard import authority

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?")


class RegistryError(Exception):
    """A registry file cannot be used; one line that names file, entry and field and says what to write."""


class Expect(BaseModel):
    """What a healthy site should yield; a run that finds less is worth an alert."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agencies: Annotated[int, Field(ge=0)] | None = None
    from_year: Annotated[int, Field(ge=2008, le=2100)] | None = None


class Site(BaseModel):
    """One site: where to start, what may be asked, how politely.

    Attributes:
        id: stable; part of object keys.
        name: the government or body the site belongs to.
        region: GB/T 2260 code, six digits (nine or twelve for townships and villages).
        agency: one body's full name, or ``all`` for a hub of many.
        start: home page, disclosure platform or annual-report column.
        hosts: further hosts (``host`` or ``host:port``) that may be asked.
        render: whether a browser may or must show the pages.
        delay: seconds between requests, at least.
        allow_private: loopback and private addresses may be asked; demos and tests only.
        expect: what a healthy site yields.
        evidence: where the address was seen, and when it was verified.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: Annotated[str, Field(min_length=1)]
    region: Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,2}$")]
    agency: Annotated[str, Field(min_length=1)] = "all"
    start: Annotated[tuple[str, ...], Field(min_length=1)]
    hosts: tuple[str, ...] = ()
    render: Literal["auto", "always", "never"] = "auto"
    delay: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 2.0
    allow_private: bool = False
    expect: Expect = Expect()
    evidence: str = ""

    @field_validator("id")
    @classmethod
    def _id(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            raise ValueError("write small letters, digits and hyphens, such as beijing-miyun")
        return value

    @field_validator("start")
    @classmethod
    def _start(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
                raise ValueError(f"{url!r} is no web address; write http://host/path or https://host/path")
            try:
                authority(url)
            except ValueError as error:
                raise ValueError(f"{url!r} has no usable port: {error}") from error
        return value

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not _HOST.fullmatch(host):
                raise ValueError(
                    f"{host!r} is no host; write a name such as zwgk.example.gov.cn, without http://"
                )
        return value


class _Loader(yaml.SafeLoader):
    """YAML as data only; a key written twice is an error, not a silent last-one-wins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def bundled_files() -> list[Path]:
    """Return the registry files that come with the package, in a stable order."""
    return sorted(Path(str(files("crawlers") / "sites")).glob("*.yaml"))


def load_sites(paths: Iterable[str | Path] | None = None) -> list[Site]:
    """Read and validate registry files.

    Args:
        paths: YAML files; None for the bundled ones.

    Returns:
        The sites in file order.

    Raises:
        RegistryError: a file cannot be read or an entry is wrong; the message is one line.
    """
    sites: list[Site] = []
    origin: dict[str, Path] = {}
    for path in bundled_files() if paths is None else [Path(p) for p in paths]:
        for site in _load_file(path):
            if site.id in origin:
                raise RegistryError(
                    f"{path}: entry {site.id!r}: field id: {origin[site.id]} has it already; write another id"
                )
            origin[site.id] = path
            sites.append(site)
    return sites


def _load_file(path: Path) -> list[Site]:
    try:
        entries = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise RegistryError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise RegistryError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise RegistryError(f"{path}: {_yaml_problem(error)}") from error
    if entries is None:
        raise RegistryError(f"{path}: is empty; write a list of entries, each starting with '- id: …'")
    if not isinstance(entries, list):
        raise RegistryError(f"{path}: holds no list; write entries that start with '- id: …'")
    return [_site(path, number, entry) for number, entry in enumerate(entries, start=1)]


def _yaml_problem(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem or 'is no YAML'}"
    return " ".join(str(error).split())


def _site(path: Path, number: int, entry: object) -> Site:
    if not isinstance(entry, dict):
        raise RegistryError(f"{path}: entry {number}: is no mapping; write '- id: …' with its fields below")
    label = repr(entry["id"]) if isinstance(entry.get("id"), str) else str(number)
    try:
        return Site.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RegistryError(f"{path}: entry {label}: field {place}: {_advice(dict(first))}") from error


def _advice(error: dict[str, Any]) -> str:
    kind, given = error["type"], error.get("input")
    match kind:
        case "missing":
            return "is missing; write it"
        case "extra_forbidden":
            known = ", ".join(Site.model_fields)
            return f"is not known; known fields are {known}"
        case "string_type" if isinstance(given, int):
            return f'write it in quotes: "{given}"'
        case "string_pattern_mismatch":
            return f'{given!r} is no region code; write six digits in quotes, such as "410711"'
        case "tuple_type":
            return f"write a list, such as [{given!r}]"
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
        case _:
            return f"{given!r}: {error['msg'][0].lower()}{error['msg'][1:]}"
