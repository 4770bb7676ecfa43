"""An explanation as a Parquet file: one row an explained row, the rest in the file's metadata."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.results.whole_file import read_table, read_whole, table_bytes, write_whole

if TYPE_CHECKING:
    import pyarrow as pa

    from synapse_magic.results.explanation import Explanation

_KEY = b"synapse_magic.explanation"
_ARRAYS = ("values", "base", "prediction", "error", "quality")
_WORDS = ("names", "outputs", "link", "method", "rows_total", "seed", "plot")


def save(explained: Explanation, path: str | os.PathLike[str]) -> None:
    """Write an explanation to a file."""
    write_whole(_to_bytes(explained), path)


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the fields of the explanation in a file."""
    return _from_bytes(read_whole(path), os.fspath(path))


def _to_bytes(explained: Explanation) -> bytes:
    import pyarrow as pa

    columns = {
        name: _listed(getattr(explained, name))
        for name in _ARRAYS
        if getattr(explained, name) is not None
    }
    for place, name in enumerate(explained.names):
        if name in explained.data:
            columns[f"data.{place}"] = plain(explained.data[name], name)
    if explained.labels is not None:
        columns["labels"] = plain(explained.labels, "labels")
    return table_bytes(pa.table(columns), _KEY, _about(explained))


def _about(explained: Explanation) -> dict[str, Any]:
    """Return what is not an array of rows, as JSON values."""
    known = [name for name in _ARRAYS if getattr(explained, name) is not None]
    objects = [i for i, name in enumerate(explained.names) if is_object(explained.data.get(name))]
    companion = explained.companion
    return {
        **{name: getattr(explained, name) for name in _WORDS},
        "failures": [[int(row), words] for row, words in explained.failures.items()],
        "arrays": {name: _form(getattr(explained, name)) for name in known},
        "levels": objects,
        "labels": "objects" if is_object(explained.labels) else "numbers",
        "companion": companion and base64.b64encode(_to_bytes(companion)).decode("ascii"),
    }


def _form(array: np.ndarray) -> list[Any]:
    return [array.dtype.name, list(array.shape)]


def is_object(array: np.ndarray | None) -> bool:
    """Say whether values are objects, and not numbers."""
    return array is not None and array.dtype == object


def _listed(array: np.ndarray) -> pa.Array:
    """Return a list of numbers for each row."""
    import pyarrow as pa

    width = int(np.prod(array.shape[1:]))
    flat = pa.array(np.ascontiguousarray(array).reshape(-1))
    offsets = pa.array(np.arange(len(array) + 1, dtype=np.int64) * width)
    return pa.LargeListArray.from_arrays(offsets, flat)


def plain(array: np.ndarray, name: str) -> pa.Array:
    """Return numbers, or objects of one type, as a column."""
    import pyarrow as pa

    if array.dtype != object:
        return pa.array(array)
    values = [value.item() if isinstance(value, np.generic) else value for value in array]
    try:
        return pa.array(values, from_pandas=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise SynapseError(
            f"The values of {name!r} have several types and cannot be saved: {error}. "
            "Try: make them all text"
        ) from error


def _from_bytes(content: bytes, file: str) -> dict[str, Any]:
    table, about = read_table(content, _KEY, file)
    fields = {name: about[name] for name in ("link", "method", "rows_total", "seed")}
    fields["plot"] = about.get("plot", "report")  # older files have none
    names, companion = about["names"], about["companion"]
    for name, (kind, shape) in about["arrays"].items():
        flat = table.column(name).combine_chunks().flatten()
        fields[name] = flat.to_numpy(zero_copy_only=False).astype(kind, copy=True).reshape(shape)
    shown = [i for i in range(len(names)) if f"data.{i}" in table.column_names]
    fields["data"] = {
        names[i]: restored(table.column(f"data.{i}"), i in about["levels"]) for i in shown
    }
    if "labels" in table.column_names:
        fields["labels"] = restored(table.column("labels"), about["labels"] == "objects")
    return {
        **fields,
        "names": tuple(names),
        "outputs": tuple(about["outputs"]),
        "failures": dict(about["failures"]),
        "companion": companion and _from_bytes(base64.b64decode(companion), file),
    }


def restored(column: pa.ChunkedArray, objects: bool) -> np.ndarray:
    """Return what :func:`plain` made a column of."""
    if not objects:
        return np.array(column.to_numpy())
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values
