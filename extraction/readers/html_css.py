"""What a page's own style sheet hides or strikes out, written onto the elements, and what is left out for it.

And what it says of the layout of tables that are none in the markup (`layout`). Otherwise only rules that
hide or strike out are looked at: text struck out, wherever it stands, and cells, rows and text inside tables
that are not displayed. What a rule hides outside of tables stays, for scripts show such boxes (tabs) again.
Styles in files of their own are not here and are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from extraction.document import ReadIssue
from extraction.readers.html_text import STRUCK, UNSEEN, all_text

MARKS = re.compile(
    r"line-through|font-size\s*:\s*0|display\s*:\s*none|visibility\s*:\s*hidden|<(?:del|s|strike)[\s>]"
    r"|opacity\s*:\s*0|transparent|:\s*-[0-9]{3}"
)
"""What a page, in lower case, must hold for any of this to matter."""

RULE = re.compile(r"([^{}@;]{1,400})\{([^{}]{0,2000})\}")
_AT_BLOCK = re.compile(r"@[^{};]{0,200}\{(?:[^{}]{0,2000}\{[^{}]{0,2000}\}\s*){0,200}\}")
COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_STRIKES = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,60}line-through", re.IGNORECASE)
HIDES = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:[;}!]|$)"
    rf"|{UNSEEN})",
    re.IGNORECASE,
)
_MARKING = re.compile(f"{_STRIKES.pattern}|{HIDES.pattern}", re.IGNORECASE)
_LAYOUT = re.compile(r"display\s*:|grid-|(?:^|[;\s])order\s*:|flex-direction", re.IGNORECASE)
_SIMPLE = re.compile(r"(?P<tag>[a-zA-Z][a-zA-Z0-9]*|\*)?(?P<more>(?:[.#][\w\u4e00-\u9fff-]+)*)")
_IN_TABLES = ("tr", "td", "th", "span", "p", "font", "div", "b", "strong", "em", "i", "u", "a")
_MAX_SHEET = 200_000
_MAX_RULES = 60
_MAX_LOOKED_UP = 2_000
_MAX_ABOVE = 200


def mark(root: etree._Element) -> list[ReadIssue]:
    """Write the style sheets' hiding rules onto the elements and say what text is left out of tables.

    Args:
        root: the page; attributes ``style`` of what is hidden are changed.
    """
    for steps, declarations in _rules(root, _MARKING):
        strikes = _STRIKES.search(declarations) is not None
        last = _SIMPLE.fullmatch(steps[-1])
        assert last is not None
        tag = last["tag"]
        names = (tag.lower(),) if tag and tag != "*" else () if strikes else _IN_TABLES
        for element in root.iter(*names):
            if isinstance(element.tag, str) and _matches(element, steps):
                own = element.get("style") or ""
                if strikes and "text-decoration" not in own.lower():
                    element.set("style", f"{own};text-decoration:line-through")
                elif not strikes and "display" not in own.lower() and _in_table(element):
                    element.set("style", f"{own};display:none")
    return list(_told(root))


def layout(root: etree._Element) -> dict[etree._Element, str]:
    """What the page's style sheets declare of the layout of its elements; the later declaration last."""
    out: dict[etree._Element, str] = {}
    for steps, declarations in _rules(root, _LAYOUT):
        last = _SIMPLE.fullmatch(steps[-1])
        names = (last["tag"].lower(),) if last is not None and last["tag"] not in {None, "*"} else ()
        for element in root.iter(*names):
            if isinstance(element.tag, str) and _matches(element, steps):
                out[element] = f"{out.get(element, '')};{declarations}"
    return out


def _rules(root: etree._Element, wanted: re.Pattern[str]) -> Iterator[tuple[list[str], str]]:
    """Selectors that this module understands, as steps from outer to inner, with declarations of a kind."""
    return islice(_all_rules(root, wanted), _MAX_RULES)


def _all_rules(root: etree._Element, wanted: re.Pattern[str]) -> Iterator[tuple[list[str], str]]:
    for sheet in root.iter("style"):
        text = COMMENT.sub("", (sheet.text or "")[:_MAX_SHEET])
        if not wanted.search(text):
            continue
        for match in RULE.finditer(_AT_BLOCK.sub("", text)):
            if not wanted.search(match[2]):
                continue
            for selector in match[1].split(","):
                steps = selector.replace(">", " ").split()
                if steps and all((found := _SIMPLE.fullmatch(step)) and found[0] for step in steps):
                    yield steps, match[2]


class Sheet:
    """The declarations of a kind in a page's style sheets, looked up element by element."""

    def __init__(self, root: etree._Element, wanted: re.Pattern[str]) -> None:
        """Args: the page; what declarations must hold to be kept."""
        self._rules: dict[str, list[tuple[int, list[str], str]]] = {}
        for number, (steps, declarations) in enumerate(islice(_all_rules(root, wanted), _MAX_LOOKED_UP)):
            last = _SIMPLE.fullmatch(steps[-1])
            assert last is not None
            key = re.findall(r"[.#][^.#]+", last["more"])[:1] or [(last["tag"] or "*").lower()]
            self._rules.setdefault(key[0], []).append((number, steps, declarations))

    def declared(self, element: etree._Element) -> str:
        """What the rules that match an element declare, the later last."""
        if not self._rules:
            return ""
        keys = [str(element.tag), "*", f"#{element.get('id')}"]
        keys += [f".{name}" for name in (element.get("class") or "").split()]
        found = [rule for key in keys for rule in self._rules.get(key, ()) if _matches(element, rule[1])]
        return ";".join(declarations for _, _, declarations in sorted(found))


def _fits(element: etree._Element, step: str) -> bool:
    match = _SIMPLE.fullmatch(step)
    if match is None or (match["tag"] not in {None, "*"} and match["tag"].lower() != element.tag):
        return False
    classes = (element.get("class") or "").split()
    return all(
        (part[1:] in classes) if part[0] == "." else part[1:] == element.get("id")
        for part in re.findall(r"[.#][^.#]+", match["more"])
    )


def _matches(element: etree._Element, steps: list[str]) -> bool:
    if not _fits(element, steps[-1]):
        return False
    rest = list(steps[:-1])
    for count, above in enumerate(element.iterancestors()):
        if not rest or count > _MAX_ABOVE:
            break
        if _fits(above, rest[-1]):
            rest.pop()
    return not rest


def _in_table(element: etree._Element) -> bool:
    if element.tag in {"tr", "td", "th"}:
        return True
    return next(element.iterancestors("td", "th"), None) is not None


def _told(root: etree._Element) -> Iterator[ReadIssue]:
    crossed = hidden = 0
    for element in root.iter():
        if element.tag in STRUCK:
            crossed += bool(all_text(element).strip())
            continue
        style = element.get("style")
        if style is None:
            continue
        if _STRIKES.search(style):
            crossed += bool(all_text(element).strip())
        elif HIDES.search(style) and element.tag in _IN_TABLES and _in_table(element):
            hidden += any(char.isdigit() for char in all_text(element))
    if crossed:
        yield ReadIssue("struck_text", "warning", f"{crossed} struck-out texts are left out")
    if hidden:
        yield ReadIssue("hidden_text", "warning", f"{hidden} hidden texts in tables are left out")
