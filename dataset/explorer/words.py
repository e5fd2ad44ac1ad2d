"""The explorer's words in Chinese and English, and which of them a reader wants."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request

LANGUAGES = ("zh", "en")
COOKIE = "gongkai_lang"
WORDS = Path(__file__).with_name("words.yaml")


@lru_cache(maxsize=1)
def words() -> Mapping[str, Mapping[str, str]]:
    """Return each word by its key, by language.

    Raises:
        ValueError: one lacks a language.
    """
    found: dict[str, dict[str, str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    for key, entry in found.items():
        if set(entry) != set(LANGUAGES):
            raise ValueError(f"{WORDS.name}: {key} wants {' and '.join(LANGUAGES)}")
    return found


def say(key: str, lang: str, **values: Any) -> str:
    """Return a text in a language."""
    return words()[key][lang].format(**values) if values else words()[key][lang]


def say_code(kind: str, code: str, lang: str) -> str:
    """Return the words for a code of the release (a status, an issue), the code itself where it has none."""
    entry = words().get(f"{kind}.{code}")
    return entry[lang] if entry else code


def language(request: Request) -> str:
    """Return the language a reader wants: of the link, of their choice before, of the browser, or Chinese."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    best = ("zh", 0.0)
    for part in request.headers.get("accept-language", "").split(",")[:10]:
        name, _, quality = part.partition(";q=")
        short = name.strip().lower().partition("-")[0]
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue  # a header that makes no sense names no language
        if short in LANGUAGES and weight > best[1]:
            best = (short, weight)
    return best[0]
