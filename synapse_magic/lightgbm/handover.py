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

from synapse_magic.errors import SynapseError

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
    folder = _own_place(parent)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def task_file(batches: Iterable[pa.RecordBatch], needed: int) -> Iterator[str]:
    """Write the rows of a task to a file of this machine, and give its path; "" without rows.

    It stays when the block ends well, for whoever trains on it; :func:`claim` hands it over.

    Parameters
    ----------
    batches : iterable of RecordBatch
    needed : int
        Estimated bytes of the rows that all tasks of this machine write.
    """
    # Spark gives its tasks a folder of their executor, which goes with it at the latest.
    place = _own_place(os.environ.get("SPARK_LOCAL_DIRS"))
    require_space(place.parent, needed)
    path = f"{place}.arrow"
    try:
        yield path if save_rows(path, batches) else ""
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def claim(paths: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Take over the files of other tasks; they are gone afterwards, whatever happens.

    They get a name with the number of this process, so that a sweep knows whose they are.
    """
    taken: list[str] = []
    try:
        for path in paths:
            own = str(Path(path).with_name(f"{os.getpid()}-{secrets.token_hex(8)}.arrow"))
            os.replace(path, own)
            taken.append(own)
        yield tuple(taken)
    finally:
        for path in (*paths, *taken):
            with contextlib.suppress(OSError):  # on Windows a file in use stays until a sweep
                Path(path).unlink()


def row_bytes(features: int, width: int) -> int:
    """Return about how many bytes a row takes, its features ``width`` bytes each.

    The offset of its list and the label, weight and mark beside them come on top.
    """
    return features * width + 4 + 8 + 8 + 1


def require_space(folder: Path, needed: int) -> None:
    """Raise a :class:`SynapseError` unless so many bytes are free for the files of a training."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SynapseError(
            f"Training hands about {_readable(needed)} over in files, and {folder} has "
            f"{_readable(free)} free. Try: a session with spark.local.dir on a larger disk"
        )


def sweep(root: Path) -> None:
    """Remove the folders and files whose process is gone."""
    for left in root.iterdir():
        owner = left.name.partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def write_rows(folder: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write the batches of one partition to a new file and give its path; none without rows."""
    path = os.path.join(folder, f"{secrets.token_hex(8)}.arrow")
    if save_rows(path, batches):
        yield pa.RecordBatch.from_pydict({"path": [path]})


def save_rows(path: str, batches: Iterable[pa.RecordBatch]) -> bool:
    """Write the batches to a file and say whether there were any rows; no file without."""
    filled = (batch for batch in batches if batch.num_rows)
    first = next(filled, None)
    if first is None:
        return False
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, first.schema) as writer:
        writer.write_batch(first)
        for batch in filled:
            writer.write_batch(batch)
    return True


def read_rows(paths: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Give the batches of the files, mapped into memory and not copied."""
    for path in paths:
        with pa.memory_map(path) as source:
            reader = pa.ipc.open_file(source)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)


def _own_place(parent: str | None) -> Path:
    """Return a new path below ``parent`` that carries the number of this process."""
    root = Path((parent or tempfile.gettempdir()).split(",")[0]) / f"synapse-{getpass.getuser()}"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(root)
    return root / f"{os.getpid()}-{secrets.token_hex(8)}"


def _readable(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


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
