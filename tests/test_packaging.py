"""What is installed: every file of the packages, whatever its kind."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FLOORS = ("gongkai", "flows", "crawlers", "dataset", "extraction", "storage")


def files() -> set[Path]:
    done = subprocess.run(["git", "ls-files", "-z", *FLOORS], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a checkout")
    return {ROOT / name for name in done.stdout.split("\0") if name}


def test_every_file_of_the_packages_is_installed() -> None:
    # Folders without __init__.py are packages too (namespaces), as `packages.find` sees them.
    packages = {path.parent for path in files()}
    installed = {path for package in packages for path in package.glob("*.py")}
    for name, patterns in PROJECT["tool"]["setuptools"]["package-data"].items():
        for package in packages if name == "*" else {ROOT.joinpath(*name.split("."))}:
            installed |= {path for pattern in patterns for path in package.glob(pattern)}
    assert sorted(str(path) for path in files() - installed) == []
