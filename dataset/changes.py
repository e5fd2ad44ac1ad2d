"""What changed since the release before, cell by cell, and whether the source changed or the reader.

    source           other bytes, the same extractor
    reader           the same bytes, another extractor
    both             other bytes and another extractor
    other_document   figures now taken from another document of the report; the one before is still a copy

Reports that came or went are one row each, with the reason where the archive knows one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dataset.derived import connect, parquet_files, scan
from dataset.schema import tables
from dataset.writers import Row

_CELLS = """
SELECT coalesce(a.report_id, b.report_id) AS report_id,
       CASE WHEN b.report_id IS NULL THEN 'cell_added' WHEN a.report_id IS NULL THEN 'cell_removed'
            ELSE 'cell_changed' END AS change,
       CASE WHEN rb.sha256 <> ra.sha256 AND d.sha256 IS NOT NULL THEN 'other_document'
            WHEN rb.sha256 <> ra.sha256 AND rb.extractor <> ra.extractor THEN 'both'
            WHEN rb.sha256 <> ra.sha256 THEN 'source'
            ELSE 'reader' END AS cause,
       coalesce(a."table", b."table") AS "table", coalesce(a."row", b."row") AS "row",
       coalesce(a."column", b."column") AS "column",
       b.value AS value_before, a.value AS value_after, b.raw AS raw_before, a.raw AS raw_after,
       b.status AS status_before, a.status AS status_after,
       rb.sha256 AS sha256_before, ra.sha256 AS sha256_after,
       rb.extractor AS extractor_before, ra.extractor AS extractor_after, NULL AS reason
FROM now_figures a
FULL JOIN before_figures b
  ON a.report_id = b.report_id AND a."table" = b."table" AND a."row" = b."row" AND a."column" = b."column"
JOIN now_reports ra ON ra.report_id = coalesce(a.report_id, b.report_id) AND ra.current
JOIN before_reports rb ON rb.report_id = coalesce(a.report_id, b.report_id) AND rb.current
LEFT JOIN (SELECT DISTINCT report_id, sha256 FROM now_documents) d
  ON d.report_id = rb.report_id AND d.sha256 = rb.sha256
WHERE a.value IS DISTINCT FROM b.value OR a.status IS DISTINCT FROM b.status OR a.raw IS DISTINCT FROM b.raw
ORDER BY ALL
"""

_REPORTS = """
SELECT coalesce(a.report_id, b.report_id) AS report_id,
       CASE WHEN b.report_id IS NULL THEN 'report_added' ELSE 'report_removed' END AS change,
       NULL AS cause, NULL AS "table", NULL AS "row", NULL AS "column",
       NULL AS value_before, NULL AS value_after, NULL AS raw_before, NULL AS raw_after,
       NULL AS status_before, NULL AS status_after, b.sha256 AS sha256_before, a.sha256 AS sha256_after,
       b.extractor AS extractor_before, a.extractor AS extractor_after,
       CASE WHEN b.report_id IS NULL THEN NULL
            WHEN coalesce(m.report_id, u.report_id) IS NOT NULL
            THEN 'now ' || coalesce(m.report_id, u.report_id)
            WHEN i.code IS NOT NULL THEN 'not published: ' || i.code
            WHEN k.kind IS NOT NULL THEN 'now read as ' || k.kind
       END AS reason
FROM (SELECT * FROM now_reports WHERE current) a
FULL JOIN (SELECT * FROM before_reports WHERE current) b ON a.report_id = b.report_id
LEFT JOIN (SELECT sha256, min(report_id) AS report_id FROM now_documents GROUP BY sha256) m
  ON m.sha256 = b.sha256
LEFT JOIN (SELECT o.report_id AS before_id, min(n.report_id) AS report_id
           FROM before_documents o JOIN now_documents n ON n.site = o.site AND n.source_url = o.source_url
           GROUP BY 1) u
  ON u.before_id = b.report_id
LEFT JOIN (SELECT sha256, min(code) AS code FROM now_issues WHERE report_id IS NULL GROUP BY sha256) i
  ON i.sha256 = b.sha256
LEFT JOIN kinds k ON k.sha256 = b.sha256
WHERE a.report_id IS NULL OR b.report_id IS NULL
ORDER BY ALL
"""

_NEEDED = ("figures", "reports", "documents")


def needed_from(manifest: Mapping[str, Any]) -> list[str]:
    """Return the files of an earlier release that a comparison reads."""
    return [
        file["path"]
        for file in manifest["files"]
        if any(
            file["path"] == f"parquet/{name}.parquet" or file["path"].startswith(f"parquet/{name}/")
            for name in _NEEDED
        )
    ]


def compare(before: Path, now: Path, kinds: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of `changes` between two releases.

    Args:
        before: folder with the earlier release's Parquet files (`needed_from`).
        now: folder of the draft.
        kinds: what the present reader takes the bodies of the earlier reports for, by hash, where it is no
            report.
    """
    with connect() as connection:
        for side, folder, names in (
            ("before", before, _NEEDED),
            ("now", now, (*_NEEDED, "issues")),
        ):
            for name in names:
                paths = parquet_files(folder, tables()[name])
                # Whatever columns they have: the release before may lack some that are new.
                source = (
                    f"SELECT * FROM {scan(paths, tables()[name])}"  # noqa: S608
                    if paths
                    else f"SELECT * FROM ({_empty(tables()[name].names)}) WHERE false"  # noqa: S608
                )
                connection.execute(f"CREATE TEMP VIEW {side}_{name} AS {source}")
        connection.execute("CREATE TEMP TABLE kinds (sha256 VARCHAR, kind VARCHAR)")
        if kinds:
            connection.executemany("INSERT INTO kinds VALUES (?, ?)", list(kinds.items()))
        for query in (_REPORTS, _CELLS):
            result = connection.execute(query)
            columns = [column[0] for column in result.description or ()]
            while portion := result.fetchmany(10_000):
                for row in portion:
                    yield dict(zip(columns, row, strict=True))


def summarise(folder: Path) -> dict[str, int]:
    """Return how many changes a draft has of each kind and cause."""
    (path,) = parquet_files(folder, tables()["changes"])
    with connect() as connection:
        rows = connection.execute(
            "SELECT concat_ws('/', change, cause), count(*) FROM read_parquet(?) GROUP BY 1 ORDER BY 1",
            [str(path)],
        ).fetchall()
    return dict(rows)


def _empty(names: Sequence[str]) -> str:
    return "SELECT " + ", ".join(f'NULL AS "{name}"' for name in names)
