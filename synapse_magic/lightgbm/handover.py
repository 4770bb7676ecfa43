"""Rows handed over as Arrow files from many tasks to one, on one machine.

Each task writes its part at once, and the training task maps the files into memory: no shuffle, no
sort, and no single pipe that all rows must pass.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

WRITTEN_SCHEMA = "path string"


@contextlib.contextmanager
def run_folder(parent: str | None = None) -> Iterator[Path]:
    """Give a new folder for the files of one training; it is gone afterwards, whatever happens.

    Folders that a killed process left behind are removed on the way.

    Parameters
    ----------
    parent : str, optional
        Where to put it; the system's folder for temporary files by default.
    """
    root = Path((parent or tempfile.gettempdir()).split(",")[0]) / f"synapse-{getpass.getuser()}"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(root)
    folder = root / f"{os.getpid()}-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove the folders whose process is gone."""
    for folder in root.iterdir():
        owner = folder.name.partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def write_rows(folder: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write the batches of one partition to a new file and give its path; none without rows."""
    filled = (batch for batch in batches if batch.num_rows)
    first = next(filled, None)
    if first is None:
        return
    path = os.path.join(folder, f"{secrets.token_hex(8)}.arrow")
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, first.schema) as writer:
        writer.write_batch(first)
        for batch in filled:
            writer.write_batch(batch)
    yield pa.RecordBatch.from_pydict({"path": [path]})


def read_rows(paths: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Give the batches of the files, mapped into memory and not copied."""
    for path in paths:
        with pa.memory_map(path) as source:
            reader = pa.ipc.open_file(source)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # there, signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
