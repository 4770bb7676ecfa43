"""Parquet files that are written whole or not at all, with what they are in their metadata."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError

if TYPE_CHECKING:
    import pyarrow as pa

_VERSION = 1


def write_whole(content: bytes, path: str | os.PathLike[str]) -> None:
    """Write a file under another name first, and move it when it is whole."""
    file = _local(path)
    draft = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    try:
        draft.write_bytes(content)
        os.replace(draft, file)
    except OSError as error:
        raise SynapseError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            draft.unlink()


def read_whole(path: str | os.PathLike[str]) -> bytes:
    """Return the content of a file."""
    file = _local(path)
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise SynapseError(f"There is no file {file}. Expected an explanation") from error
    except OSError as error:
        raise SynapseError(f"{file} cannot be read: {error.strerror}") from error


def table_bytes(table: pa.Table, key: bytes, about: dict[str, Any]) -> bytes:
    """Return a table as the bytes of a Parquet file, with what is JSON in its metadata."""
    import pyarrow.parquet as pq

    words = json.dumps({"version": _VERSION, **about}).encode()
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({key: words}), stream, write_page_checksum=True)
    return stream.getvalue()


def read_table(content: bytes, key: bytes, file: str) -> tuple[pa.Table, dict[str, Any]]:
    """Return the table of a file, and what is JSON in its metadata.

    Raises
    ------
    SynapseError
        When it is cut, altered, something else, or of a newer version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        stream = io.BytesIO(content)
        table = pq.ParquetFile(stream, page_checksum_verification=True).read()
    except (pa.ArrowInvalid, OSError) as error:
        raise SynapseError(
            f"{file} is not a whole Parquet file, so it was cut or is something else: {error}. "
            "Expected what Explanation.save wrote"
        ) from error
    return table, _read_about(table.schema.metadata or {}, key, file)


def _local(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise SynapseError(f"A path must be text or a Path, got {path!r}. Try: 'why.parquet'")
    if re.match(r"[a-zA-Z][\w+.-]+:", os.fspath(path)):  # of two letters at least: C:\ is a drive
        raise SynapseError(
            f"{os.fspath(path)} is not a path of this machine. "
            "Try: save here, and copy the file to where it should be"
        )
    return Path(path).expanduser()


def _read_about(metadata: dict[bytes, bytes], key: bytes, file: str) -> dict[str, Any]:
    if key not in metadata:
        raise SynapseError(
            f"{file} is a Parquet file without an explanation. Expected what Explanation.save wrote"
        )
    about: dict[str, Any] = json.loads(metadata[key])
    if about["version"] > _VERSION:
        raise SynapseError(
            f"{file} was written by a newer version (format {about['version']}, this one reads "
            f"{_VERSION}). Try: pip install -U synapse-magic"
        )
    return about
