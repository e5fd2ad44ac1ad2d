"""Where the shards of a re-extraction are worked through: here, on Prefect workers, on a Dask cluster.

An executor gets shards (plain data that can travel) and gives their results in the order of the shards, as
they come. What a shard's result says depends on the shard alone, so every executor gives the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol

from extraction.workers import Extractor

Shard = Mapping[str, Any]
Result = dict[str, Any]
ShardFunction = Callable[[Shard, Extractor], Result]


class ExecutorError(Exception):
    """The shards cannot be worked through; the message is one line that says what to do."""


class Executor(Protocol):
    """What works through shards."""

    def run(self, shards: Iterable[Shard], function: ShardFunction) -> Iterator[Result]:
        """Yield the result of each shard, in the order given.

        Args:
            shards: taken a bounded number ahead of the results.
            function: of a module, so that it can be named elsewhere; called with a shard and with workers
                that have the limits of ``shard["limits"]``.
        """
        ...


class Local:
    """This machine: one shard at a time, its documents in one or several worker processes."""

    def __init__(self, processes: int = 1, extractor: Extractor | None = None) -> None:
        """Set the number of workers.

        Args:
            processes: worker processes.
            extractor: use these workers instead; they stay open.
        """
        self._processes = processes
        self._extractor = extractor

    def run(self, shards: Iterable[Shard], function: ShardFunction) -> Iterator[Result]:
        """Yield the result of each shard."""
        if self._extractor is not None:
            for shard in shards:
                yield function(shard, self._extractor)
            return
        extractor: Extractor | None = None
        try:
            for shard in shards:
                # All shards of a run have the same limits; a worker takes half a second to start.
                extractor = extractor or Extractor(processes=self._processes, **shard["limits"])
                yield function(shard, extractor)
        finally:
            if extractor is not None:
                extractor.close()


class DaskCluster:
    """A Dask cluster: a shard is a task, with a worker process of its own below the Dask worker.

    The cluster's workers must have this software, and the store's settings in their environment.
    """

    def __init__(self, scheduler: str | None = None, client: Any = None, ahead: int = 2) -> None:
        """Name the cluster.

        Args:
            scheduler: its address, such as ``tcp://10.0.0.1:8786``.
            client: a connected client, instead; it stays open.
            ahead: shards submitted ahead for each worker's thread.

        Raises:
            ExecutorError: the extra ``dask`` is not installed.
        """
        try:
            self._distributed = import_module("distributed")
        except ImportError as error:
            raise ExecutorError('Dask is not installed; pip install "gongkai[dask]"') from error
        self._scheduler = scheduler
        self._client = client
        self._ahead = ahead

    def run(self, shards: Iterable[Shard], function: ShardFunction) -> Iterator[Result]:
        """Yield the result of each shard, in the order given."""
        if self._client is not None:
            yield from self._run(self._client, shards, function)
            return
        try:
            client = self._distributed.Client(self._scheduler, timeout="30s")
        except OSError as error:
            raise ExecutorError(f"no Dask scheduler at {self._scheduler}: {error}") from error
        with client:
            yield from self._run(client, shards, function)

    def _run(self, client: Any, shards: Iterable[Shard], function: ShardFunction) -> Iterator[Result]:
        name = name_of(function)

        def submit(shard: Shard) -> Any:
            # Not pure: a shard that is run again looks again at what the store has.
            return client.submit(call_by_name, name, dict(shard), pure=False)

        threads = sum(client.nthreads().values())
        if not threads:
            raise ExecutorError("the Dask cluster has no workers; start some with `dask worker`")
        yield from in_window(shards, submit, lambda future: future.result(), self._ahead * threads)


def in_window(
    shards: Iterable[Shard], submit: Callable[[Shard], Any], result: Callable[[Any], Result], size: int
) -> Iterator[Result]:
    """Yield results in the order of the shards, with at most `size` of them on their way.

    A shard that fails lets those behind it, which are on their way, finish first: their work is kept.
    """
    waiting: deque[Any] = deque()
    for shard in shards:
        waiting.append(submit(shard))
        if len(waiting) >= size:
            yield _result(waiting, result)
    while waiting:
        yield _result(waiting, result)


def _result(waiting: deque[Any], result: Callable[[Any], Result]) -> Result:
    try:
        return result(waiting.popleft())
    except Exception:
        while waiting:
            try:
                result(waiting.popleft())
            except Exception:  # noqa: BLE001, S112 - the first failure is the one that is told
                continue
        raise


def name_of(function: ShardFunction) -> str:
    """Return ``module:function``."""
    return f"{function.__module__}:{function.__qualname__}"


def call_by_name(name: str, shard: Shard) -> Result:
    """Call a shard function where it is named only, with workers of its own."""
    module, _, function = name.partition(":")
    with Extractor(**shard["limits"]) as extractor:
        result: Result = getattr(import_module(module), function)(shard, extractor)
    return result
