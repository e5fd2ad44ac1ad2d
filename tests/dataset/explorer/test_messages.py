"""Messages of issues in Chinese: what fits is said, what does not stays, no sentence outlives its message."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import dataset
import extraction
from dataset.explorer import messages
from dataset.explorer.messages import issue_message
from dataset.explorer.report_page import check_name, mention_name
from dataset.explorer.words import words
from tests.dataset.explorer.conftest import Running

ENOUGH = 8
"""Letters that no other string has by chance."""


@pytest.mark.parametrize(
    ("code", "said", "chinese"),
    [
        ("year_inferred", "only the text says 2020: no title, period or preface does", "只有正文写明 2020"),
        ("table_missing", "no review_litigation table found", "未见行政复议与行政诉讼表"),
        ("section_missing", "sections not found: problems, other", "存在问题、其他事项"),
        ("check_failed_blank_as_zero", "requests.balance.total: would not hold with blanks as zeros", "新收"),
        ("hidden_text", "hidden column 3 was left out", "隐藏的第 3 列"),
        ("region_ambiguous", "甲局 may be of 一县 1, 二县 2 and 2 more", "另有 2 处"),
        ("unit_unknown", "amount printed without a unit, kept as printed: '{x}'", "'{x}'"),
    ],
)
def test_a_known_sentence_is_said_in_chinese(code: str, said: str, chinese: str) -> None:
    shown = issue_message(code, said, "zh")
    assert chinese in shown
    assert not re.search(r"[a-z]{4}", shown)
    assert issue_message(code, said, "en") == said


def test_what_fits_no_sentence_is_shown_as_it_is() -> None:
    assert issue_message("year_inferred", "something new", "zh") == "something new"
    assert issue_message("nobody_knows_this", "something new", "zh") == "something new"


def test_every_sentence_is_one_that_the_reader_says() -> None:
    everything = "\n".join(_strings())
    known: dict[str, Any] = yaml.safe_load(messages.MESSAGES.read_text(encoding="utf-8"))["messages"]
    stale = []
    for code, entries in known.items():
        assert f"issue.{code}" in words(), code
        for english in (entry["en"] for entry in entries):
            # The reader puts a sentence together of parts, which end where something varies or at a pause.
            pieces = [piece.strip() for piece in re.split(r"\{\w+\}|[;:,] ", english)]
            stale += [
                f"{code}: {piece}" for piece in pieces if len(piece) >= ENOUGH and piece not in everything
            ]
    assert stale == []


def test_the_desk_speaks_chinese(running: Running) -> None:
    chinese = running.html("/desk/issues", params={"lang": "zh"})
    shown = re.sub(r'title="[^"]*"', "", chinese)
    assert "若把空白当作 0，则不成立" in shown
    assert "would not hold" not in shown
    assert "would not hold" in running.html("/desk/issues", params={"lang": "en"})


def test_figures_in_the_text_have_names() -> None:
    assert check_name("mentions.requests_received", "zh") == "正文所述＝表中数字 · 收到申请"
    assert mention_name("wechat_items", "zh") == "微信发布"
    assert mention_name("a_key_of_later", "zh") == "a_key_of_later"


def _strings() -> Iterator[str]:
    """Every string of the packages that make issues."""
    for package in (extraction, dataset):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
