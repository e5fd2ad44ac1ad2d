"""What the first lines of a report say about itself: whose it is, its title in quotes, that it is one.

Pages often keep the title apart from the text, and text dumps lose it; the preface still names the body and
calls the text an annual report. The wordings are data (`prefaces.yaml`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from extraction.agency import is_body, is_generic, is_indirect, is_named_place, without_lead
from extraction.knowledge import load_yaml
from extraction.text_lines import TextLine

_LINES = 12
"""First lines of a text that may be its preface."""
_PARTS = 3
_NUMBER = r"[(（]?[一二三四五六1-6][)）、.．](?:是)?"
_MACROS = {
    "name": r"(?P<name>[\u4e00-\u9fff()]{3,34}?)",
    "year": r"(?:20\d\d年度?)",
    "report": (
        r"(?:政府|政务)?信息公开(?:工作)?"
        r"(?:年度(?:工作)?报告|年报|工作报告|报告|(?:实际)?情况|(?=编制))"
    ),
}
_LED = re.compile(r"^(?:(?:现|兹|特)(?:将|就|对)|(?:特|现)?(?:制定|编制|制作|撰写|形成|公布|发布)了?)")
_WITHOUT_PLACE = re.compile(r"[省市县区州旗镇乡](?!(?:中|北|南)区|[江原宁])")
"""区教育局: which district's is not said (市中区, 镇江 and 乡宁 are places)."""
_QUOTED = re.compile(r"(?:编制|公布|公开|发布|形成|撰写)(?:了|完成)?《([^》]{8,64})》")


@dataclass(frozen=True)
class _Knowledge:
    """`prefaces.yaml`, compiled."""

    presents: tuple[re.Pattern[str], ...]
    speaks: tuple[re.Pattern[str], ...]
    contact: tuple[re.Pattern[str], ...]
    office: re.Pattern[str]
    behind: re.Pattern[str]
    departments: re.Pattern[str]
    says: re.Pattern[str]
    subject: re.Pattern[str]
    parts: tuple[re.Pattern[str], ...]
    addressed: re.Pattern[str]


@lru_cache(maxsize=1)
def _knowledge() -> _Knowledge:
    data: dict[str, Any] = load_yaml(Path(__file__).resolve().parent / "prefaces.yaml")

    def compiled(forms: list[str]) -> tuple[re.Pattern[str], ...]:
        out = []
        for form in forms:
            for name, pattern in _MACROS.items():
                form = form.replace("{" + name + "}", pattern)
            out.append(re.compile(form))
        return tuple(out)

    return _Knowledge(
        compiled(data["presents"]),
        compiled(data["speaks"]),
        compiled(data["contact"]),
        re.compile(f"(?:{data['office']})$"),
        re.compile(data["office"]),
        re.compile(f"(?:{'|'.join(data['departments'])})(?:工作)?委员会$"),
        re.compile("|".join(data["says"])),
        re.compile(data["subject"]),
        tuple(re.compile(_NUMBER + part) for part in data["parts"]),
        re.compile(data["addressed"]),
    )


def presented(line: str) -> str | None:
    """The body that a preface presents: 现公布突泉县公安局2023年政府信息公开工作年度报告."""
    return _named(line, _knowledge().presents)


def spoken_of(line: str) -> str | None:
    """The body, with its place, that a text speaks of: 2025年，青溪县水利局坚持以公开为常态."""
    name = _named(line, _knowledge().speaks)
    return name if name and _WITHOUT_PLACE.match(name) is None else None


def contact(line: str) -> str | None:
    """The body that is to be asked: 请与平度市公安局联系."""
    return _named(line, _knowledge().contact)


def quoted_title(line: str) -> str | None:
    """A title that a preface quotes: 现编制《青溪县水利局2023年政府信息公开工作年度报告》."""
    match = _QUOTED.search(line)
    return match[1] if match else None


def says_so(lines: list[TextLine]) -> bool:
    """Whether the first lines call the text an annual report, or its overview has the parts of one."""
    know = _knowledge()
    head = [line.bare for line in lines[:_LINES]]
    if any(know.addressed.fullmatch(line) for line in head):
        return False
    if any(know.subject.search(line) and know.says.search(line) for line in head):
        return True
    return sum(any(part.match(line.bare) for line in lines) for part in know.parts) >= _PARTS


def _named(line: str, forms: tuple[re.Pattern[str], ...]) -> str | None:
    for form in forms:
        for match in form.finditer(line):
            name = match["name"] + ("政府" if match["name"].endswith("人民") else "")
            name = without_lead(_without_office(_LED.sub("", name))) or ""
            if (is_body(name) or is_named_place(name)) and not is_indirect(name) and not is_generic(name):
                return name
    return None


def office_of(name: str, line: str) -> str | None:
    """The office in a line whose name begins with a body's name and goes on: 青溪县水利局办公室."""
    at = line.find(name)
    office = _knowledge().behind.search(line, at + len(name)) if at >= 0 else None
    return line[at : office.end()] if office and office.start() - at - len(name) <= 2 else None


def _without_office(name: str) -> str:
    """A name without the office inside the body: 青溪县水利局办公室 -> 青溪县水利局.

    The office of a committee of many departments (安全生产委员会办公室) is a body of its own.
    """
    know = _knowledge()
    while office := know.office.search(name):
        rest = name[: office.start()]
        if not (is_body(rest) or is_named_place(rest)):
            break
        if rest.endswith("委员会") and not know.departments.search(rest):
            break
        name = rest
    return name
