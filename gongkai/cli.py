"""`gongkai`: global options, one-line errors, exit codes."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from gongkai.commands import (
    coverage,
    crawl,
    demo,
    diff,
    explore,
    export,
    extract,
    import_,
    pack,
    publish,
    reextract,
    remove,
    sites,
    status,
    trace,
    verify,
)
from gongkai.errors import DEFECT, DONE, INTERRUPTED, TERMINATED, USAGE, TerminatedError, describe, one_line
from gongkai.session import common_options

_EPILOG = (
    "Exit codes: 0 done, 1 findings, 2 wrong use, 3 partial (some sites failed), 4 the store cannot be used."
)


@click.group(
    epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="gongkai", message="gongkai %(version)s")
@common_options
def cli() -> None:
    """Archive and dataset of China's government-information-disclosure annual reports."""


for _command in (
    demo.demo,
    crawl.crawl,
    extract.extract,
    reextract.reextract,
    pack.pack,
    publish.publish,
    explore.explore,
    trace.trace,
    diff.diff,
    coverage.coverage,
    verify.verify,
    export.export,
    import_.import_,
    remove.remove,
    sites.sites,
    status.status,
):
    cli.add_command(_command)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    # Libraries warn through logging when nobody configured it; what a user must know is said by commands.
    logging.getLogger().addHandler(logging.NullHandler())
    with _termination():
        try:
            result = cli.main(
                args=None if argv is None else list(argv), prog_name="gongkai", standalone_mode=False
            )
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)  # a page of help, not a line
            return USAGE
        except click.UsageError as error:
            return _fail(_usage(error), USAGE)
        except click.ClickException as error:
            return _fail(error.format_message(), error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            return _fail("interrupted; run it again to go on where it stopped", INTERRUPTED)
        except BrokenPipeError:
            # The reader of our output went away (`gongkai … | head`): nothing to say, and nobody to say it
            # to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        except BaseException as error:  # noqa: BLE001 - the one place where every failure becomes a line
            return _failure(error)
    return result if isinstance(result, int) else DONE


def _failure(error: BaseException) -> int:
    if os.environ.get("GONGKAI_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, TerminatedError) or type(error).__name__ == "TerminationSignal":
        return _fail("terminated; run it again to go on where it stopped", TERMINATED)
    known = describe(error)
    if known is not None:
        return _fail(*known)
    if not isinstance(error, Exception):
        raise error
    log = _write_log(error)
    name = type(error).__name__
    return _fail(
        f"a defect in gongkai: {name}: {one_line(str(error))[:200]} (details in {log}; please report them)",
        DEFECT,
    )


def _fail(message: str, code: int) -> int:
    click.echo(f"gongkai: {message}", err=True)
    return code


def _usage(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "gongkai"
    return f"{one_line(error.format_message()).rstrip('.')}; see `{path} --help`"


def _write_log(error: BaseException) -> Path:
    from flows.environment import state_folder

    path = state_folder("").parent / "gongkai.log"
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with path.open("a", encoding="utf-8") as log:
        # Arguments may name a store with credentials in its address; only the command is kept.
        log.write(f"\n{moment} {' '.join(sys.argv[:2])}\n")
        traceback.print_exception(error, file=log)
    return path


@contextlib.contextmanager
def _termination() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an exception, so that children are ended and files closed."""

    def terminate(_number: int, _frame: FrameType | None) -> None:
        raise TerminatedError

    known = {}
    for name in (signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(ValueError):  # not in the main thread: the caller owns the signals
            known[name] = signal.signal(name, terminate)
    try:
        yield
    finally:
        for name, handler in known.items():
            signal.signal(name, handler)


if __name__ == "__main__":
    sys.exit(main())
