"""Shards as runs of one Prefect deployment, on as many workers as there are.

Nothing is passed but plain data: a shard goes out as the run's parameters, its result comes back as an
artifact of the run, through the API. Prefect's own results would need a storage that all machines share, and
the store must stay as it is in a dry run.
"""

from __future__ import annotations

import base64
import json
import logging
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect import flow
from prefect.artifacts import Artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterType
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound

from extraction.workers import Extractor
from flows.executors import ExecutorError, Result, Shard, ShardFunction, in_window, name_of
from flows.reextract import read_shard

DEPLOYMENT = "reextract-shard/reextract-shard"
FUNCTION = "flows.reextract:read_shard"
"""What the deployment runs."""

_TYPE = "gongkai-shard"
_ATTEMPTS = 2

_log = logging.getLogger(__name__)


@dataclass
class _Sent:
    shard: Shard
    run: UUID
    attempt: int = 1


class PrefectWorkers:
    """Runs of one deployment; how many at a time is the work pool's and its workers' affair."""

    def __init__(
        self, deployment: str = DEPLOYMENT, *, ahead: int = 64, poll: float = 2.0, timeout: float = 3600.0
    ) -> None:
        """Name the deployment.

        Args:
            deployment: ``flow/deployment``.
            ahead: runs scheduled ahead of the oldest that is not finished.
            poll: seconds between two questions.
            timeout: seconds after which a run is given up: its worker died, and nobody told the server. The
                shard is sent once more; a shard may run twice without harm.
        """
        self._deployment = deployment
        self._ahead = ahead
        self._poll = poll
        self._timeout = timeout

    def run(self, shards: Iterable[Shard], function: ShardFunction) -> Iterator[Result]:
        """Yield the result of each shard, in the order given.

        Raises:
            ExecutorError: there is no such deployment, or a shard failed twice.
        """
        if name_of(function) != FUNCTION:
            raise ExecutorError(f"the deployment {self._deployment} runs {FUNCTION} and nothing else")
        return in_window(shards, self._send, self._result, self._ahead)

    def _send(self, shard: Shard) -> _Sent:
        return _Sent(shard, self._schedule(shard))

    def _schedule(self, shard: Shard) -> UUID:
        try:
            found = run_deployment(
                self._deployment,
                parameters={"shard": dict(shard)},
                flow_run_name=f"shard {shard['number']}",
                timeout=0,
                as_subflow=False,
            )
        except ObjectNotFound as error:
            raise ExecutorError(
                f"no deployment {self._deployment}; `prefect --no-prompt deploy --all` makes it"
            ) from error
        assert isinstance(found, FlowRun)  # a coroutine only where a loop runs, and none does here
        return found.id

    def _result(self, sent: _Sent) -> Result:
        while True:
            reason = self._wait(sent)
            if reason is None:
                return _load_result(sent.run)
            if sent.attempt == _ATTEMPTS:
                raise ExecutorError(f"shard {sent.shard['number']} failed: {reason} (flow run {sent.run})")
            _log.warning("shard %s failed and is sent again: %s", sent.shard["number"], reason)
            sent.attempt += 1
            sent.run = self._schedule(sent.shard)

    def _wait(self, sent: _Sent) -> str | None:
        """Wait for the end of a run; None where it did its work, else why it did not."""
        began: float | None = None
        with get_client(sync_client=True) as client:
            while True:
                state = client.read_flow_run(sent.run).state
                if state is not None and state.is_final():
                    return None if state.is_completed() else f"{state.name}: {state.message}"
                if state is not None and state.is_running():
                    began = began or time.monotonic()
                    if time.monotonic() - began > self._timeout:
                        return f"no word of it for {self._timeout:g} s"
                time.sleep(self._poll)


@flow(name="reextract-shard", persist_result=False)
def reextract_shard(shard: dict[str, Any]) -> None:
    """Read one shard of the archive again; what came out is an artifact of this run.

    Args:
        shard: what `flows.reextract.make_shards` made.
    """
    with Extractor(**shard["limits"]) as extractor:
        keep_result(read_shard(shard, extractor))


def keep_result(result: Mapping[str, Any]) -> None:
    """Keep the result of a shard with the flow run that this is called in."""
    data = base64.b64encode(zlib.compress(json.dumps(result).encode())).decode()
    Artifact(type=_TYPE, data=data, description="What a shard of a re-extraction found.").create()


def _load_result(run: UUID) -> Result:
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(
            artifact_filter=ArtifactFilter(
                flow_run_id=ArtifactFilterFlowRunId(any_=[run]), type=ArtifactFilterType(any_=[_TYPE])
            )
        )
    if not found:
        raise ExecutorError(f"flow run {run} left no result; do its workers run the same version of gongkai?")
    result: Result = json.loads(zlib.decompress(base64.b64decode(str(found[0].data))))
    return result
