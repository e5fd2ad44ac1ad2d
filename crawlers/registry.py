"""The registry of sites: YAML files, one list of entries each, validated before anything is asked.

The bundled files (``sites/<province>.yaml``) are written by ``scripts/build_registry.py``, an entry a site;
what ``gongkai sites verify`` found is written back into them. An entry written by hand needs ``id``,
``name``, ``region`` and ``start``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from crawlers.guard import authority

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?")


def check_url(url: str) -> str:
    """Return an address that may be asked.

    Raises:
        ValueError: it is none; the message says what to write.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError(f"{url!r} is no web address; write http://host/path or https://host/path")
    try:
        authority(url)
    except ValueError as error:
        raise ValueError(f"{url!r} has no usable port: {error}") from error
    return url


def site_id(host: str) -> str:
    """Return the id of the site at a host: the host without ``www.`` and ``.gov.cn``.

    Dots become hyphens and hyphens are doubled, so that two hosts never share an id.
    """
    name = host.lower().strip("[]").removeprefix("www.")
    name = name.removesuffix(".gov.cn") or name
    return re.sub(r"[^a-z0-9-]+", "-", name.replace("-", "--")).strip("-") or "site"


class RegistryError(Exception):
    """A registry file cannot be used; one line that names file, entry and field and says what to write."""


RegionCode = Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,2}$")]
Year = Annotated[int, Field(ge=2008, le=2100)]

AddressKind = Literal["column", "platform", "home", "policy", "report"]
"""What an address shows: the annual-report column, the disclosure platform, the home page, a column of policy
documents (no way to start: such lists are long and hold no reports), a single report."""

State = Literal["seen", "inferred", "verified", "failed", "blocked"]
"""How an address is known: seen in a public source, inferred from one that was; or as the last visit went."""

# In this order a site's addresses are asked; the others are kept as evidence.
_START_KINDS: tuple[AddressKind, ...] = ("column", "platform", "home")


class Expect(BaseModel):
    """What a healthy site should yield; a run that finds less is worth an alert.

    Attributes:
        agencies: how many bodies publish here, at least.
        reports: how many reports a year, at least; 0 for bodies that owe none.
        from_year: first year of which a report is known to have been here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    agencies: Annotated[int, Field(ge=0)] | None = None
    reports: Annotated[int, Field(ge=0)] | None = None
    from_year: Year | None = None


class Address(BaseModel):
    """An address of a site and where it was seen.

    Attributes:
        url: the address.
        kind: what it shows.
        state: ``seen`` in the source, or ``inferred`` from something seen there.
        source: the public source.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    kind: AddressKind
    state: Literal["seen", "inferred"] = "seen"
    source: Annotated[str, Field(min_length=1)]

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        return check_url(value)


class Known(BaseModel):
    """A report that is known to have been on the site.

    Attributes:
        url: its address.
        year: the year it reports on.
        agency: whose it is.
        region: the agency's region, where it is not the site's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    year: Year
    agency: Annotated[str, Field(min_length=1)]
    region: RegionCode | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        return check_url(value)


class Visit(BaseModel):
    """What ``gongkai sites verify`` found on a site.

    Attributes:
        date: when, ``2026-11-22``.
        outcome: how it ended.
        reason: why it is not verified: the wall, the error, or that no column was found.
        columns: annual-report columns that list reports.
        platform: what their lists run on.
        pages: further pages their lists ask for, as far as one look shows.
        reports: reports that their first pages name.
        sample: titles of some of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    outcome: Literal["verified", "failed", "blocked"]
    reason: str = ""
    columns: tuple[str, ...] = ()
    platform: str | None = None
    pages: Annotated[int, Field(ge=0)] = 0
    reports: Annotated[int, Field(ge=0)] = 0
    sample: tuple[str, ...] = ()

    @field_validator("columns")
    @classmethod
    def _columns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_url(url) for url in value)


class Site(BaseModel):
    """One site: where to start, what may be asked, how politely.

    Attributes:
        id: stable; part of object keys.
        name: the government or body the site belongs to.
        region: GB/T 2260 code, six digits (nine or twelve for townships and villages).
        regions: further regions whose bodies publish here.
        agency: one body's full name, or ``all`` for a hub of many.
        agencies: bodies known to publish on a hub.
        start: home page, disclosure platform or annual-report column; where it is left out, the addresses
            of these kinds, columns first.
        addresses: every address known of the site, with its source.
        state: how well the start addresses are known.
        platform: the publishing platform; a guess from the address until the site was visited.
        known: reports known to have been here: finds to expect.
        visit: what the last ``gongkai sites verify`` found.
        hosts: further hosts (``host`` or ``host:port``) that may be asked.
        render: whether a browser may or must show the pages.
        delay: seconds between requests, at least.
        tls: ``legacy`` where a host cannot speak today's TLS: older versions, weak ciphers and renegotiation
            are then tried after it, and every capture says so.
        allow_private: loopback and private addresses may be asked; demos and tests only.
        expect: what a healthy site yields.
        evidence: where the address was seen, and when it was verified.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: Annotated[str, Field(min_length=1)]
    region: RegionCode
    regions: tuple[RegionCode, ...] = ()
    agency: Annotated[str, Field(min_length=1)] = "all"
    agencies: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    start: Annotated[tuple[str, ...], Field(min_length=1)]
    addresses: tuple[Address, ...] = ()
    state: State = "seen"
    platform: str | None = None
    known: tuple[Known, ...] = ()
    visit: Visit | None = None
    hosts: tuple[str, ...] = ()
    render: Literal["auto", "always", "never"] = "auto"
    delay: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 2.0
    tls: Literal["standard", "legacy"] = "standard"
    allow_private: bool = False
    expect: Expect = Expect()
    evidence: str = ""

    @field_validator("id")
    @classmethod
    def _id(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            raise ValueError("write small letters, digits and hyphens, such as beijing-miyun")
        return value

    @model_validator(mode="before")
    @classmethod
    def _start_from_addresses(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "start" in data or not isinstance(data.get("addresses"), list):
            return data
        ranked = [
            (_START_KINDS.index(one["kind"]), one["url"])
            for one in data["addresses"]
            if isinstance(one, dict) and one.get("kind") in _START_KINDS and isinstance(one.get("url"), str)
        ]
        # Stable: within a kind the order of the file.
        return {**data, "start": [url for _, url in sorted(ranked, key=lambda pair: pair[0])]}

    @field_validator("start")
    @classmethod
    def _start(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_url(url) for url in value)

    @property
    def entries(self) -> tuple[str, ...]:
        """Where a crawl begins: the columns that a visit found, then the start addresses."""
        found = self.visit.columns if self.visit is not None else ()
        return tuple(dict.fromkeys((*found, *self.start)))

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not _HOST.fullmatch(host):
                raise ValueError(
                    f"{host!r} is no host; write a name such as zwgk.example.gov.cn, without http://"
                )
        return value


# libyaml's parser where the wheel has it: thousands of entries in a second instead of ten.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc]
    """YAML as data only; a key written twice is an error, not a silent last-one-wins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            scalar = isinstance(key_node, yaml.ScalarNode)
            key = key_node.value if scalar else self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made


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
        entries = read_entries(path)
        for site in (read_site(path, number, entry) for number, entry in enumerate(entries, start=1)):
            if site.id in origin:
                raise RegistryError(
                    f"{path}: entry {site.id!r}: field id: {origin[site.id]} has it already; write another id"
                )
            origin[site.id] = path
            sites.append(site)
    return sites


def read_entries(path: Path) -> list[object]:
    """Return the entries of a registry file as they are written.

    Raises:
        RegistryError: it cannot be read, or is no list.
    """
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
    return entries


def _yaml_problem(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem or 'is no YAML'}"
    return " ".join(str(error).split())


def read_site(path: Path, number: int, entry: object) -> Site:
    """Return the site of an entry.

    Raises:
        RegistryError: a field is wrong; the message is one line and names it.
    """
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
