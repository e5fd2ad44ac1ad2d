import os
import sys
from functools import partial
from importlib.util import find_spec

import pytest

from dataset.versions import ReleaseError, load_manifest
from dataset.workers import AHEAD, FEW, Workers
from tests.dataset.conftest import publish


def twice(job: int) -> tuple[int, int]:
    return 2 * job, os.getpid()


def end(job: int) -> None:
    os._exit(job)


def test_few_jobs_are_done_here() -> None:
    with Workers(2) as workers:
        found = list(workers.run(twice, enumerate(range(FEW - 1))))
    assert found == [(n, (2 * n, os.getpid())) for n in range(FEW - 1)]


def test_one_process_is_this_one() -> None:
    with Workers(1) as workers:
        assert {process for _, (_, process) in workers.run(twice, enumerate(range(3 * FEW)))} == {os.getpid()}


def test_answers_of_processes_come_in_order_and_few_ahead() -> None:
    jobs = enumerate(range(100))
    with Workers(2) as workers:
        answers = workers.run(twice, jobs)
        first = next(answers)
        assert next(jobs)[0] <= FEW + 2 * AHEAD
        rest = list(answers)
    tags = [first[0], *(tag for tag, _ in rest)]
    assert tags == sorted(tags)
    assert all(answer == 2 * tag and process != os.getpid() for tag, (answer, process) in rest)


@pytest.mark.slow
def test_a_killed_process_is_said_in_words() -> None:
    with Workers(2) as workers, pytest.raises(ReleaseError, match="was killed"):
        list(workers.run(end, enumerate([3] * FEW)))


@pytest.mark.slow
def test_a_release_is_the_same_however_many_processes_made_it(archive, tmp_path, monkeypatch) -> None:
    archive.site("a")
    for number in range(20):
        agency, year, figure = (
            f"甲区第{number % 7}局",
            2020 + number // 7,
            {"requests.new.total": (number, "1")},
        )
        archive.report("a", f"http://a/{number}", f"{number}".encode(), figure, agency=agency, year=year)
    found = []
    for processes in (1, 2):
        monkeypatch.setattr("dataset.release.Workers", partial(Workers, processes))
        if processes == 2:
            # As many jobs as possible.
            monkeypatch.setattr("dataset.heads.PORTION", 1)
            monkeypatch.setattr("dataset.draft.TOGETHER", 1)
            archive.store.put("releases/versions.json", b'{"versions": [], "current": null}')
        publication = publish(archive.store)
        assert publication.is_new
        found.append(load_manifest(archive.store, publication.version))
    one, two = (
        {
            file["path"]: file["sha256"]
            for file in manifest["files"]
            if file["path"].startswith(("parquet", "csv"))
        }
        for manifest in found
    )
    assert found[0]["content"] == found[1]["content"]
    assert one == two


def imports_pandas(_: int) -> bool:
    import pyarrow as pa

    pa.array([1, 2])
    return "pandas" in sys.modules


def test_processes_do_not_import_pandas_for_arrow_to_ask_it() -> None:
    assert find_spec("pandas"), (
        "without pandas there is nothing that could be imported: install the dev extra"
    )
    with Workers(2) as workers:
        assert {imports for _, imports in workers.run(imports_pandas, enumerate(range(FEW)))} == {False}
