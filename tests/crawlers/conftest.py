from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

# The simulated sites are no package: they are written apart from the code they test.
sys.path.append(str(Path(__file__).parents[1] / "sites"))

from sim_child import Crawled, run_child


@pytest.fixture
def crawl(tmp_path: Path) -> Callable[..., Crawled]:
    """Run the child process on sites; every call of a test uses the same store."""
    return partial(run_child, tmp_path)
