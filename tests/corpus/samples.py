"""Five real reports with their true figures: `python -m tests.corpus.samples FOLDER` takes them in.

Their truth states values only; what a null cell looks like in print is not known there,
so any null status is right.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.corpus.generate import dump_truth
from tests.corpus.judge import COMMITTED


def main() -> None:
    for path in sorted(Path(sys.argv[1]).glob("*.truth.json")):
        given = json.loads(path.read_text(encoding="utf-8"))
        name = path.name.removesuffix(".truth.json")
        source = next(other for other in path.parent.glob(f"{name}.*") if other != path)
        cells = {
            f"{table}.{row}.{column}": {
                "value": value,
                "status": "number" if value is not None else "null",
                "raw": None,
            }
            for table, rows in given["tables"].items()
            for row, columns in rows.items()
            for column, value in columns.items()
        }
        truth = {
            "format": "sample",
            "media_type": "text/plain",
            "url": None,
            "kind": "report",
            **{key: given[key] for key in ("title", "agency", "year", "edition")},
            "editions": dict.fromkeys(given["tables"], given["edition"]),
            "deviations": ["real"],
            "cells": cells,
        }
        (COMMITTED / f"sample-{name}.txt").write_bytes(source.read_bytes())
        (COMMITTED / f"sample-{name}.truth.json").write_text(dump_truth(truth), encoding="utf-8")


if __name__ == "__main__":
    main()
