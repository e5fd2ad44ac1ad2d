"""Tables of a release, read from their bytes on the calling thread.

`pyarrow.parquet.read_table` scans with threads of its own. Such a thread may be the last to let go of a
Python object that it reads from, and does so after the interpreter has ended: then the whole program aborts.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def read_table(data: bytes, columns: Sequence[str] | None = None, report: str | None = None) -> pa.Table:
    """Return a table of a release.

    Args:
        data: a Parquet file.
        columns: those wanted; all if not said.
        report: only the rows of the report with this id; `report_id` is one of the columns then.
    """
    with pq.ParquetFile(pa.BufferReader(data), pre_buffer=False) as file:
        wanted = None if columns is None else list(columns)
        if report is None:
            return file.read(wanted, use_threads=False)
        groups = (file.read_row_group(n, wanted, use_threads=False) for n in range(file.num_row_groups))
        kept = [group.filter(pc.equal(group["report_id"], report)) for group in groups]
        return pa.concat_tables(kept) if kept else file.read(wanted, use_threads=False)
