"""The store beside a dict: whatever is done to both, they hold the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from storage import ObjectInfo, ObjectNotFoundError, open_store

# Names chosen for their order and their encoding; a folder never has the name of an object.
FOLDERS = ["", "d/", "d-e/", "d/f/", "文/", "d 1/", "d%2F/", "~/"]
NAMES = ["a.o", "a-b.o", "a+b.o", "a=b&c.o", "档案.o", "\U0002000b.o", "~.o", "A.o", "..o"]
keys = st.builds("{}{}".format, st.sampled_from(FOLDERS), st.sampled_from(NAMES))
contents = st.binary(max_size=20)


class Model(RuleBasedStateMachine):
    new_url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        self.store = open_store(type(self).new_url())
        self.model: dict[str, bytes] = {}

    @rule(key=keys, data=contents)
    def put(self, key: str, data: bytes) -> None:
        self.store.put(key, data)
        self.model[key] = data

    @rule(key=keys, data=contents)
    def put_new(self, key: str, data: bytes) -> None:
        assert self.store.put_new(key, data) is (key not in self.model)
        self.model.setdefault(key, data)

    @rule(items=st.lists(st.tuples(keys, contents), max_size=8))
    def put_new_many(self, items: list[tuple[str, bytes]]) -> None:
        answers = self.store.put_new_many(items)
        assert len(answers) == len(items)
        for key in {key for key, _ in items}:
            own = [answer for (other, _), answer in zip(items, answers, strict=True) if other == key]
            assert sum(own) == (key not in self.model)
        for (key, data), answer in zip(items, answers, strict=True):
            if answer:
                self.model[key] = data

    @rule(key=keys)
    def read(self, key: str) -> None:
        if key in self.model:
            assert self.store.get(key) == self.model[key]
            assert self.store.stat(key) == ObjectInfo(key, len(self.model[key]))
        else:
            assert self.store.stat(key) is None
            with pytest.raises(ObjectNotFoundError):
                self.store.get(key)

    @rule(key=keys, cut=st.integers(0, 6), after=st.one_of(st.just(""), keys, st.sampled_from(FOLDERS)))
    def list(self, key: str, cut: int, after: str) -> None:
        prefix = key[:cut]
        expected = sorted(one for one in self.model if one.startswith(prefix) and one > after)
        assert list(self.store.list(prefix, after=after)) == expected

    @rule()
    def reopen(self) -> None:
        self.store = open_store(self.store.url)


def run(new_url: Callable[[], str], examples: int) -> None:
    model = type("Model", (Model,), {"new_url": staticmethod(new_url)})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        model,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=checks,
            database=None,
        ),
    )


def test_on_disk(tmp_path: Path) -> None:
    run(lambda: Path(tempfile.mkdtemp(dir=tmp_path)).as_uri(), 60)


@pytest.mark.s3
def test_on_s3(new_s3_url: Callable[[], str]) -> None:
    run(new_s3_url, 4)
