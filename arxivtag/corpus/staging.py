"""Raw rows on their way into a corpus: kept in a scratch file until labels are understood.

How labels are written can only be told from the whole column, and a file may have to be read
twice, so that nothing is worked on before all rows are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from arxivtag.callbacks import ShouldStop, StoppedError

ROWS_PER_BATCH = 16_384


class Staging:
    """A sink that keeps rows in an Arrow file, in batches of :data:`ROWS_PER_BATCH` or more.

    Attributes:
        n_rows: Rows so far.
        n_bytes: Their size, as text.
    """

    def __init__(
        self, path: Path, progress: Callable[[str, int], None], should_stop: ShouldStop
    ) -> None:
        self._path, self._progress, self._should_stop = path, progress, should_stop
        self.n_rows = self.n_bytes = 0
        self._waiting: list[pa.RecordBatch] = []
        self._n_waiting = 0
        self._file: pa.RecordBatchFileWriter | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows.

        Raises:
            StoppedError: If it is to stop.
        """
        if self._should_stop():
            raise StoppedError
        self._waiting.append(batch)
        self._n_waiting += batch.num_rows
        self.n_rows += batch.num_rows
        self.n_bytes += batch.nbytes
        if self._n_waiting >= ROWS_PER_BATCH:
            self._write()
            self._progress(f"Reading: {self.n_rows:,} rows", self.n_bytes)

    def start_over(self) -> None:
        """Forget all rows."""
        self.close()
        self._path.unlink(missing_ok=True)
        self.n_rows, self.n_bytes, self._file = 0, 0, None

    def close(self) -> None:
        """Write what is waiting and close the file; it can be read from then on."""
        if self._waiting:
            self._write()
        if self._file is not None:
            self._file.close()

    def _write(self) -> None:
        table = pa.Table.from_batches(self._waiting).combine_chunks()
        if self._file is None:
            self._file = pa.ipc.new_file(
                str(self._path), table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")
            )
        self._file.write_table(table)
        self._waiting, self._n_waiting = [], 0

    def batches(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the rows of some columns, batch by batch, in order."""
        if self._file is None:
            return
        with pa.OSFile(str(self._path)) as source:
            names = pa.ipc.open_file(source).schema.names
            options = pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns])
            reader = pa.ipc.open_file(source, options=options)
            for number in range(reader.num_record_batches):
                yield pa.Table.from_batches([reader.get_batch(number)]).select(list(columns))

    def frame(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return some columns of all rows."""
        tables = list(self.batches(columns))
        if not tables:
            return pd.DataFrame({name: pd.Series([], dtype="str") for name in columns})
        text = pd.StringDtype("pyarrow", na_value=float("nan"))
        frame: pd.DataFrame = pa.concat_tables(tables).to_pandas(types_mapper=lambda kind: text)
        return frame
