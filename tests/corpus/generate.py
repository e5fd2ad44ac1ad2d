"""Make documents with truth: `python -m tests.corpus.generate --count N --seed S --out DIR [--format F]`.

Every document has its own seed, so that one of them can be made again alone (`--only NUMBER`).
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.corpus import negatives
from tests.corpus.renderers import Rendered, docx, html, ofd, pages, rtf, text, xlsx, zipped
from tests.corpus.reports import Options, Report, make

# Formats that need no tool outside Python, with their weights in a drawn run.
FORMATS: dict[str, tuple[Callable[[Report, random.Random], Rendered], int]] = {
    "html": (html.render, 9),
    "text": (text.render, 5),
    "docx": (docx.render, 4),
    "xlsx": (xlsx.render, 2),
    "rtf": (rtf.render, 2),
    "ofd": (ofd.render, 1),
    "zip": (zipped.render, 1),
}


def document(
    seed: int, number: int, form: str | None = None, options: Options | None = None
) -> tuple[Rendered, dict[str, Any]]:
    """One document and its truth, from a seed and its number."""
    rng = random.Random(f"{seed}:{number}")
    if form == "negative" or (form is None and rng.random() < 0.08):
        return special(rng) if form is None and rng.random() < 0.2 else negatives.render(rng)
    if form == "special":
        return special(rng)
    names = list(FORMATS)
    chosen = form or rng.choices(names, [FORMATS[name][1] for name in names])[0]
    if options is None and rng.random() < 0.06:
        options = Options(edition="2014")
    report = make(rng, options)
    rendered = FORMATS[chosen][0](report, rng)
    return rendered, with_rendering(report.truth(), chosen, rendered)


def special(rng: random.Random, kind: str | None = None) -> tuple[Rendered, dict[str, Any]]:
    """A page whose report is elsewhere, or a page of several agencies' reports."""
    kind = kind or rng.choice(["attachment_only", "compilation"])
    first = make(rng, Options(deviations=set(), year=2022, edition="2021"))
    if kind == "attachment_only":
        rendered = html.attachment_only(first, rng)
        truth = with_rendering(first.truth(), "special", rendered)
        truth |= {
            "cells": {},
            "editions": {},
            "missing_tables": ["proactive", "requests", "review_litigation"],
        }
        truth |= {
            "kind_accept": ["not_report"],
            "signed": None,
            "document_number": None,
            "agency_accept": [first.who.short],
        }
        truth |= {"sections": [], "mentions": [], "mentions_other_years": []}
        del truth["edition"]
        return rendered, truth
    second = make(rng, Options(deviations=set(), year=2022, edition="2021"))
    rendered = html.compilation([first, second], rng)
    truth = {
        "kind": "compilation",
        "deviations": [],
        "cells": {},
        "agencies": [first.who.agency, second.who.agency],
        "parts": [with_rendering(each.truth(), "special", rendered) for each in (first, second)],
    }
    return rendered, with_rendering(truth, "special", rendered)


def with_rendering(truth: dict[str, Any], form: str, rendered: Rendered) -> dict[str, Any]:
    """The truth with what the rendering added; no date of publication where the document bears none."""
    dated = {f"page_{name}" for name in pages.TEMPLATES if name != "bare"}
    if not dated & set(rendered.deviations):
        truth = {
            **truth,
            "published": None,
            "published_accept": [truth.get("signed"), *truth.get("issued", [])],
        }
    return {
        "format": form,
        "media_type": rendered.media_type,
        "url": rendered.url,
        **truth,
        "deviations": sorted({*truth["deviations"], *rendered.deviations}),
    }


def write(folder: Path, name: str, rendered: Rendered, truth: dict[str, Any]) -> Path:
    """The document beside its truth."""
    path = folder / f"{name}.{rendered.extension}"
    path.write_bytes(rendered.data)
    (folder / f"{name}.truth.json").write_text(dump_truth(truth), encoding="utf-8")
    return path


def dump_truth(truth: dict[str, Any]) -> str:
    """JSON with one cell a line, so that a review can read it."""
    cells = truth.get("cells", {})
    short = ("sections", "mentions", "mentions_other_years")
    head = json.dumps(
        {key: value for key, value in truth.items() if key not in {"cells", *short}},
        ensure_ascii=False,
        indent=1,
    )
    told = "".join(
        f",\n {json.dumps(key)}: {json.dumps(truth[key], ensure_ascii=False)}"
        for key in short
        if key in truth
    )
    lines = ",\n".join(
        f"  {json.dumps(key)}: {json.dumps(cell, ensure_ascii=False)}" for key, cell in cells.items()
    )
    return f'{head[:-2]}{told},\n "cells": {{\n{lines}\n }}\n}}\n'


def main() -> None:
    parser = argparse.ArgumentParser(description="Make documents with truth.")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--format", choices=[*FORMATS, "negative", "special"])
    parser.add_argument("--only", type=int, help="make this one document of the run alone")
    parser.add_argument("--edition", choices=["2014", "2019", "2021"])
    parser.add_argument("--style", help="how the figures are printed (figures.STYLES)")
    parser.add_argument("--profile", choices=["zero", "sparse", "medium", "large"])
    parser.add_argument(
        "--deviation", action="append", help="these deviations and no others, in every document"
    )
    args = parser.parse_args()
    asked = Options(args.edition, args.profile, args.style, set(args.deviation) if args.deviation else None)
    options = asked if asked != Options() else None
    args.out.mkdir(parents=True, exist_ok=True)
    for number in [args.only] if args.only is not None else range(args.count):
        rendered, truth = document(args.seed, number, args.format, options)
        write(args.out, f"{args.seed}-{number:05d}", rendered, truth)


if __name__ == "__main__":
    main()
