"""What the global options chose, handed to every command."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gongkai.errors import UNREACHABLE, CommandError

if TYPE_CHECKING:
    from storage import ObjectStore

DEFAULT_STORE = "./data"


@dataclass
class Session:
    """The store and the way of speaking.

    Attributes:
        store_option: as given on the command line, None where not.
        as_json: results as JSON, for machines.
    """

    store_option: str | None = None
    as_json: bool = False

    @property
    def store_name(self) -> str:
        """The store as the user named it: option, ``GONGKAI_STORE``, or ``./data``."""
        return self.store_option or os.environ.get("GONGKAI_STORE") or DEFAULT_STORE

    def open(self) -> ObjectStore:
        """Open the store.

        Raises:
            CommandError: it cannot be used.
        """
        return open_named(self.store_name)

    def open_existing(self, *, reads_only: bool = False) -> ObjectStore:
        """Open a store that has something in it already; a folder that is not there is not made.

        Args:
            reads_only: the command writes nothing to it, so that it need not be writable.

        Raises:
            CommandError: it cannot be used, or there is no such folder.
        """
        folder = Path(self.store_name.removeprefix("file://")).expanduser()
        is_folder = self.store_name.startswith("file://") or "://" not in self.store_name
        if is_folder and not folder.exists():
            raise CommandError(
                f"no archive at {self.store_name}; `gongkai demo` or `gongkai crawl` makes one, "
                "--store names another",
                UNREACHABLE,
            )
        return open_named(self.store_name, reads_only=reads_only)


def open_named(name: str, *, reads_only: bool = False) -> ObjectStore:
    """Open a store by its URL or folder.

    Raises:
        CommandError: it cannot be used.
    """
    from storage import StoreError, open_store

    try:
        return open_store(name, reads_only=reads_only)
    except StoreError as error:
        # Whatever the reason: a store that cannot be opened cannot be used.
        raise CommandError(str(error), UNREACHABLE) from error


F = TypeVar("F", bound=Callable[..., Any])

pass_session = click.make_pass_decorator(Session, ensure=True)


def _set_store(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Session).store_option = value


def _set_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Session).as_json = True


def common_options(function: F) -> F:
    """Let a command take ``--store`` and ``--json`` after its name as well as before it."""
    function = click.option(
        "--json", is_flag=True, expose_value=False, callback=_set_json, help="Results as JSON, for machines."
    )(function)
    return click.option(
        "--store",
        metavar="URL",
        expose_value=False,
        callback=_set_store,
        help=f"file:///path or s3://bucket/prefix (GONGKAI_STORE; default {DEFAULT_STORE}).",
    )(function)


def registry_option(function: F) -> F:
    """Let a command take ``--sites FILE.yaml``: a registry of one's own, as ``registry``."""
    return click.option(
        "--sites",
        "registry",
        multiple=True,
        metavar="FILE.yaml",
        type=click.Path(path_type=Path),
        help="A registry of your own instead of the bundled one; may be given again.",
    )(function)
