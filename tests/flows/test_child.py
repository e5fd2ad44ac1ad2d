"""Children end with us, however we end, and so does what they started."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from flows.child import Children, StoppedError

ROOT = Path(__file__).parents[2]

# A crawler with a browser: a grandchild in a session of its own, which the group's signals do not reach.
FAMILY = """
import os, subprocess, sys, threading, time, signal
browser = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
def watch():
    os.read(int(os.environ["GONGKAI_PARENT_PIPE"]), 1)
    browser.kill()
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(browser.pid, helper.pid, flush=True)
if "leave" in sys.argv:
    os._exit(0)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(*pids: int, within: float = 60.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def log(tmp_path):
    with (tmp_path / "log").open("wb") as file:
        yield file


def family(*arguments: str) -> list[str]:
    return [sys.executable, "-c", FAMILY, *arguments]


@pytest.mark.parametrize("stubborn", [False, True])
def test_stopping_ends_the_child_its_helper_and_its_browser(log, stubborn: bool) -> None:
    children = Children()
    with children.start(family(*["stubborn"] * stubborn), env=dict(os.environ), log=log) as child:
        browser, helper = map(int, next(child.lines()).split())
        assert alive(browser)
        assert alive(helper)
        # Whoever obeys has time to, on any machine.
        stopper = threading.Thread(target=children.stop_all, args=(0.5 if stubborn else 60.0,))
        stopper.start()
        code = child.wait()
        stopper.join()
    assert code == (-signal.SIGKILL if stubborn else -signal.SIGTERM)
    assert gone(child.pid, browser, helper)


def test_leaving_the_block_by_an_exception_ends_the_child(log) -> None:
    children = Children()
    pids: list[int] = []

    def interrupted() -> None:
        with children.start(family(), env=dict(os.environ), log=log) as child:
            pids.extend([child.pid, *map(int, next(child.lines()).split())])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert gone(*pids)


def test_what_a_child_leaves_in_its_group_is_ended(log) -> None:
    children = Children()
    with children.start(family("leave"), env=dict(os.environ), log=log) as child:
        browser, helper = map(int, next(child.lines()).split())
        assert child.wait() == 0
    assert gone(helper)
    with contextlib.suppress(ProcessLookupError):
        os.kill(browser, signal.SIGKILL)  # its group is another: nothing of ours ends it


def test_after_stopping_nothing_starts_until_reset(log) -> None:
    children = Children()
    children.stop_all()
    with pytest.raises(StoppedError), children.start(["true"], env={}, log=log):
        pytest.fail("it started")
    children.reset()
    with children.start(["true"], env=dict(os.environ), log=log) as child:
        assert child.wait() == 0


def test_a_killed_parent_takes_its_children_along(tmp_path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        f"""
import os, sys
from flows.child import Children
with open({str(tmp_path / "log")!r}, "wb") as log, Children().start(
    [sys.executable, "-c", {FAMILY!r}], env=dict(os.environ), log=log
) as child:
    print(child.pid, next(child.lines()), flush=True)
    child.wait()
""",
        encoding="utf-8",
    )
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    with parent:
        try:
            assert parent.stdout is not None
            pids = list(map(int, parent.stdout.readline().split()))
            assert len(pids) == 3
        finally:
            parent.kill()
    assert gone(*pids)
