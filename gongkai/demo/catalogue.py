"""What the demo sites publish, read from ``content/``."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import yaml

CONTENT = Path(__file__).with_name("content")
DEFAULT_PER_PAGE = 8


@dataclass(frozen=True)
class Attachment:
    """A file beside an article."""

    file: str
    path: str
    label: str

    @property
    def body(self) -> bytes:
        """The file's bytes."""
        return (CONTENT / "reports" / self.file).read_bytes()


@dataclass(frozen=True)
class Article:
    """One article of a column."""

    number: int
    date: date
    title: str
    source: str
    body: str
    attachments: tuple[Attachment, ...] = ()

    @property
    def modified(self) -> datetime:
        """The moment its page was published: sites send it as Last-Modified."""
        return published_at(self.date)


@dataclass(frozen=True)
class Column:
    """A column: a list of articles, newest first, or one page of text."""

    path: str
    name: str
    articles: tuple[Article, ...] = ()
    page: str | None = None
    per_page: int = DEFAULT_PER_PAGE
    unit: int = 0
    channel: str = ""


@dataclass(frozen=True)
class Catalogue:
    """One site's content."""

    name: str
    site_name: str
    code: str
    place: str
    columns: tuple[Column, ...] = field(default_factory=tuple)

    @property
    def modified(self) -> datetime:
        """The newest article's moment: that of every page that lists articles."""
        return max(article.modified for column in self.columns for article in column.articles)

    def column(self, ending: str) -> Column:
        """The column whose path ends so."""
        return next(column for column in self.columns if column.path.endswith(ending))


def published_at(day: date) -> datetime:
    """A working hour of the day, in UTC."""
    return datetime.combine(day, time(1, 30), tzinfo=UTC)


def load_catalogue(name: str) -> Catalogue:
    """Reads ``content/sites/<name>.yaml``."""
    data = yaml.safe_load((CONTENT / "sites" / f"{name}.yaml").read_text(encoding="utf-8"))
    columns = tuple(_column(entry) for entry in data.pop("columns"))
    return Catalogue(columns=columns, **data)


def _column(entry: dict[str, Any]) -> Column:
    articles = tuple(_article(article) for article in entry.pop("articles", ()))
    return Column(articles=articles, **entry)


def _article(entry: list[Any] | dict[str, Any]) -> Article:
    if isinstance(entry, list):
        return Article(*entry)
    attachments = tuple(Attachment(**attachment) for attachment in entry.pop("attachments", ()))
    return Article(attachments=attachments, **entry)


@cache
def template(name: str) -> Template:
    """A page template of ``content/templates``."""
    return Template((CONTENT / "templates" / name).read_text(encoding="utf-8"))


@cache
def body_templates() -> dict[str, Template]:
    """The bodies of pages that are no reports."""
    bodies = yaml.safe_load((CONTENT / "bodies.yaml").read_text(encoding="utf-8"))
    return {name: Template(text) for name, text in bodies.items()}


def asset(name: str) -> bytes:
    """A style sheet or script."""
    return (CONTENT / "assets" / name).read_bytes()


def report_fragment(name: str) -> str:
    """A report's HTML as the content system holds it."""
    return (CONTENT / "reports" / name).read_text(encoding="utf-8")
