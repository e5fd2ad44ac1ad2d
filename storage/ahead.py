"""Work that waits for the store, done a bounded number of items ahead of who needs it, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def in_order(
    pool: ThreadPoolExecutor, function: Callable[[Item], Answer], items: Iterable[Item], ahead: int
) -> Iterator[Answer]:
    """Yield `function` of each item, in their order; at most `ahead` are under way or wait to be taken."""
    waiting: deque[Future[Answer]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) == ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
