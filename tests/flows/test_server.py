"""The private Prefect server is a whole one: prefect.yaml can be deployed to it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = """
import os, subprocess, sys
from pathlib import Path
from flows.server import prefect_api

prefect = str(Path(sys.executable).with_name("prefect"))
with prefect_api("file:///nowhere"):
    for arguments in (
        ["work-pool", "create", "gongkai", "--type", "process"],
        ["--no-prompt", "deploy", "--all"],
        ["deployment", "ls"],
    ):
        subprocess.run([prefect, *arguments], check=True)
"""


@pytest.mark.prefect
@pytest.mark.timeout(600)
def test_the_deployments_can_be_deployed(tmp_path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "XDG"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**kept, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("nightly/nightly", "reextract/reextract", "publish/publish"):
        assert name in done.stdout
