"""Property tests try the same examples whichever files a process of xdist ran before."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def examples() -> list[tuple[int, str]]:
    found = []

    @settings(max_examples=300, database=None)
    @given(st.integers(), st.text())
    def look(number: int, text: str) -> None:
        found.append((number, text))

    look()
    return found


@pytest.mark.skipif(bool(os.environ.get("GONGKAI_SEARCH")), reason="new examples are wanted")
def test_a_module_more_changes_no_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = examples()
    path = tmp_path / "words.py"
    path.write_text(f"WORDS = {[f'word {n}' for n in range(300)]}\nNUMBERS = {list(range(5000, 5300))}\n")
    spec = importlib.util.spec_from_file_location("words", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "words", module)
    assert examples() == before
