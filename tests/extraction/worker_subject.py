"""What the tests of the workers call in place of `extraction.extract`: documents that do what they say.

The worker imports it by name (its folder is on the path then). The first word of a document is what happens.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from typing import Any

EXTRACTOR = "test+0"
state = {"read": 0, "poisoned": False}
hoard: list[bytearray] = []


class Hostile:
    @staticmethod
    def hang() -> None:
        # A regular expression that never ends: C code that holds the interpreter, so no thread can help.
        re.match(r"(a+)+$", "a" * 64 + "b")

    @staticmethod
    def spin() -> None:
        while True:
            pass

    @staticmethod
    def wait() -> None:
        time.sleep(3600)

    @staticmethod
    def block() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL})
        while True:
            pass

    @staticmethod
    def memory() -> None:
        hoard.append(bytearray(1 << 40))

    @staticmethod
    def grow() -> None:
        while True:
            hoard.append(bytearray(b"x" * (8 << 20)))

    @staticmethod
    def leak() -> None:
        hoard.append(bytearray(b"x" * (100 << 20)))

    @staticmethod
    def segfault() -> None:
        ctypes.string_at(0)

    @staticmethod
    def abort() -> None:
        os.abort()

    @staticmethod
    def abort_full() -> None:
        hoard.append(bytearray(b"x" * (150 << 20)))
        os.abort()

    @staticmethod
    def leave() -> None:
        os._exit(0)

    @staticmethod
    def stop() -> None:
        sys.exit(3)

    @staticmethod
    def recurse() -> None:
        Hostile.recurse()

    @staticmethod
    def defect() -> None:
        raise KeyError(f"defect in {object()}")

    @staticmethod
    def print_much() -> None:
        os.write(1, b"x" * (1 << 20))
        os.write(2, b"x" * (1 << 20))

    @staticmethod
    def poison() -> None:
        state["poisoned"] = True

    @staticmethod
    def child() -> None:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        while True:
            pass

    @staticmethod
    def interrupt() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)


def forge(word: bytes, data: bytes) -> None:
    """Write to the parent what a worker under foreign control might."""
    head = b'{"n":1}'  # as the second of the documents given
    sha256 = hashlib.sha256(data).hexdigest().encode()
    right = b'{"document":{"sha256":"%s"},"kind":"not_report"}' % sha256
    frames = {
        b"forge-length": b"\xff" * 8,
        b"forge-text": frame(b"]]]]"),
        b"forge-list": frame(b"[]"),
        b"forge-number": frame(b'{"n":999}'),
        b"forge-deep": frame(b"[" * 50_000),
        b"forge-record": frame(head, b'{"document":{"sha256":"' + sha256),
        b"forge-bytes": frame(head, b'{"document":{"sha256":"' + sha256 + b'","text":"\xff"}}'),
        b"forge-nothing": frame(head),
        b"forge-deep-record": frame(head, b"[" * 50_000),
        b"forge-twice": frame(head, right[:-1] + b',"document":{"sha256":"' + b"0" * 64 + b'"}}'),
    }
    os.write(int(sys.argv[2]), frames[word])
    time.sleep(3600)


def frame(head: bytes, body: bytes = b"") -> bytes:
    return len(head).to_bytes(4, "big") + len(body).to_bytes(4, "big") + head + body


def extract(data: bytes, *, media_type: str | None = None, url: str | None = None) -> dict[str, Any]:
    word = data.split(b" ", 1)[0]
    state["read"] += 1
    if state["poisoned"]:
        os.abort()
    if word.startswith(b"forge-"):
        forge(word, data)
    act = getattr(Hostile, word.decode("latin-1"), None) if word.isalpha() or b"_" in word else None
    if act is not None:
        act()
    sha256 = hashlib.sha256(b"another" if word == b"mixup" else data).hexdigest()
    text: Any = data.decode("utf-8", "replace")
    if word == b"long":
        text = "x" * (40 << 20)
    if word == b"nan":
        text = float("nan")
    return {
        "record": 1,
        "document": {"sha256": sha256, "bytes": len(data), "media_type": media_type},
        "extractor": EXTRACTOR,
        "kind": "unreadable" if word == b"unreadable" else "not_report",
        "text": text,
        "url": url,
        "read": state["read"],
        "pid": os.getpid(),
        "threads": threading.active_count(),
        "environment": dict(os.environ),
        "issues": [],
    }
