"""Does a page show its list only after scripts ran?"""

from __future__ import annotations

import re

from crawlers.page import Page

_APP = re.compile(
    r"<div[^>]+id=[\"'](?:app|root|main-app|__nuxt|__next)[\"'][^>]*>\s*</div>|\bv-for=|\bng-repeat=|\bel-pagination\b"
    r"|\{\{\s*\w[\w.]*\s*\}\}|/igs/front/|/jact/front/|正在加载|加载中|>\s*loading",
    re.IGNORECASE,
)
_EMPTY_LIST = re.compile(
    r"<(ul|ol|tbody|div)[^>]*\b(?:id|class)=[\"'][^\"']*(?:list|content|data|news|con)[^\"']*[\"'][^>]*>"
    r"\s*(?:<!--.{0,200}?-->\s*)?</\1>",
    re.IGNORECASE,
)
_LOADS = re.compile(
    r"\$\.(?:ajax|get|post|getJSON)\b|\bfetch\s*\(|XMLHttpRequest|axios|\.innerHTML\s*=|document\.write|appendChild"
)
# A shell shows next to no words besides its navigation.
_FEW_WORDS = 400


def is_script_shell(page: Page) -> bool:
    """Tell whether a page without entries has the marks of one that scripts fill."""
    if "<script" not in page.text.lower():
        return False
    if _APP.search(page.text):
        return True
    if _EMPTY_LIST.search(page.text):
        return True
    return bool(_LOADS.search(page.text)) and len(page.visible_text) < _FEW_WORDS
