"""Articles that a page carries as a JSON string in a script instead of as elements.

The Guangdong disclosure platform (gkmlpt) prints ``window._CONFIG = {"DETAIL": {"title": …, "content": …}}``
and lets a script build the page. The string is the article; only a JSON string under such a key is taken,
never other markup in scripts (templates).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml import etree

from extraction.document import Fact

_DETAIL = re.compile(r"[\"']?DETAIL[\"']?\s*:\s*(?=\{)")
_FACTS = {"title": "ArticleTitle", "publisher": "发布机构", "date": "发布日期", "document_number": "文号"}
_SHORTEST = 40


def script_article(root: etree._Element) -> tuple[str, str, list[Fact]] | None:
    """The article in a script: its HTML, the place of the script, and what it says about itself."""
    for script in root.iter("script"):
        text = script.text or ""
        if "DETAIL" not in text:
            continue
        for detail in _objects(text):
            content = detail.get("content")
            if isinstance(content, str) and len(content) >= _SHORTEST:
                facts = [
                    Fact(name, value.strip(), "script")
                    for key, name in _FACTS.items()
                    if isinstance(value := detail.get(key), str) and value.strip()
                ]
                return content, f"{root.getroottree().getpath(script)}#DETAIL.content", facts
    return None


def _objects(text: str) -> Iterator[dict[str, object]]:
    decoder = json.JSONDecoder(strict=False)
    for match in _DETAIL.finditer(text):
        try:
            found, _ = decoder.raw_decode(text, match.end())
        except (json.JSONDecodeError, RecursionError):
            continue  # not the object we look for; the page is then read from its elements
        if isinstance(found, dict):
            yield found
