"""The floors of the house: a package imports only from the floors below it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT = {
    "gongkai": {"flows", "crawlers", "dataset", "extraction", "storage"},
    "flows": {"crawlers", "dataset", "extraction", "storage"},
    "crawlers": {"storage"},
    "dataset": {"extraction", "storage"},
    "extraction": set(),
    "storage": set(),
}

MAX_LINES = 400
"""A module that outgrows this wants two names."""


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"{package}/ has no modules"
    return found


def imported_packages(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_floor_imports_only_from_floors_below(package: str) -> None:
    forbidden = set(MAY_IMPORT) - MAY_IMPORT[package] - {package} | {"tests"}
    offences = {
        str(path.relative_to(ROOT)): sorted(bad)
        for path in modules(package)
        if (bad := imported_packages(path) & forbidden)
    }
    assert offences == {}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_says_what_it_is(package: str) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")))
    assert docstring
    assert len(docstring) > 80


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_modules_stay_small(package: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules(package)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_only_the_browser_floor_needs_the_browser_extra() -> None:
    """Core installs have no Playwright: only crawlers.rendering may import it, and only when it is used."""
    users = {
        str(path.relative_to(ROOT))
        for package in MAY_IMPORT
        for path in modules(package)
        if imported_packages(path) & {"playwright", "scrapy_playwright"}
    }
    assert all(user.startswith("crawlers/rendering") for user in users), users
