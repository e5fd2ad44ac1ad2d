"""How agencies write the printed labels: brackets, enumerators, quotes, breaks, years in heads."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field


@dataclass
class Wording:
    """How this agency writes the printed labels."""

    rng: random.Random
    flags: set[str] = field(default_factory=set)
    year: int = 0
    replaced: dict[str, str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        text = self.replaced.get(text, text)
        if "half_brackets" in self.flags:
            text = text.replace("（", "(").replace("）", ")")
        if "enumerator_space" in self.flags:
            text = re.sub(r"^(\d\.|[（(][一二三四五六七][）)])", r"\1 ", text)
        if "enumerator_wide" in self.flags:
            text = re.sub(r"^(\d)\.", lambda m: m[1] + self.rng.choice("．、"), text)
        if "enumerator_none" in self.flags:
            text = re.sub(r"^(\d\.)", "", text)
        if "quotes" in self.flags and "三安全" in text:
            opening, closing = self.rng.choice([('"', '"'), ("「", "」"), ("", ""), ("‘", "’"), ("＂", "＂")])
            text = text.replace("“", opening).replace("”", closing)
        if "total_hj" in self.flags and text == "总计":
            text = "合计"
        if "broken_lines" in self.flags and len(text) >= 4 and self.rng.random() < 0.4:
            middle = len(text) // 2
            text = f"{text[:middle]}\n{text[middle:]}"
        if "inner_spaces" in self.flags and text in {"尚未审结", "结果维持", "结果纠正", "其他结果", "总计"}:
            text = self.rng.choice([" ".join(text), f"{text[:2]} {text[2:]}"])
        if "caption_space" in self.flags and text.startswith("第二十条"):
            text = text.replace("第二十条", "第二十条 ")
        if "year_in_head" in self.flags and text.startswith("本年") and text[2] in "制废处收":
            text = f"本年({self.year}){text[2:]}"
        if "year_in_head" in self.flags and text.startswith("上一年项目数量"):
            text = f"上一年项目数量 （指{self.year - 1}年事项数）"
        if "carried_variant" in self.flags and "结转下年度" in text:
            text = self.rng.choice(
                ["四、结转下一年继续办理", "四、结转下一年度继续办理", "四、结转下年度继续办理数量"]
            )
        return text


LABEL_FLAGS = [
    "half_brackets",
    "enumerator_space",
    "enumerator_wide",
    "enumerator_none",
    "quotes",
    "total_hj",
    "broken_lines",
    "inner_spaces",
    "caption_space",
    "year_in_head",
    "carried_variant",
]
