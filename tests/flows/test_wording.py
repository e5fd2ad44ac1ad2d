"""What was counted, in words."""

import pytest

from flows.wording import counted


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("site",), "0 sites"),
        (1, ("site",), "1 site"),
        (1204, ("site",), "1,204 sites"),
        (1, ("body", "bodies"), "1 body"),
        (2, ("body", "bodies"), "2 bodies"),
    ],
)
def test_one_is_not_many(number: int, words: tuple[str, ...], said: str) -> None:
    assert counted(number, *words) == said
