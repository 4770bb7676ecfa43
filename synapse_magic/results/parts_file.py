"""An explanation of texts or images as a Parquet file: one row an explained row."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.results.explanation_file import is_object, plain, restored
from synapse_magic.results.masker_file import masker_of, of_masker
from synapse_magic.results.whole_file import read_table, read_whole, table_bytes, write_whole

if TYPE_CHECKING:
    import pyarrow as pa

    from synapse_magic.results.parts import PartsExplanation

_OF_PARTS = ("values", "error", "spans")
_OF_ROWS = ("base", "prediction", "quality")
_PIXELS = ("images", "labels")
_TEXTS = ("texts", "origins")
_WORDS = ("outputs", "scale", "method", "rows_total", "seed")


def save(explained: PartsExplanation, path: str | os.PathLike[str]) -> None:
    """Write an explanation to a file."""
    import pyarrow as pa

    columns: dict[str, Any] = {"size": pa.array(explained.sizes)}
    forms: dict[str, Any] = {}
    for name, array in _there(explained, (*_OF_PARTS, *_OF_ROWS)):
        ends = explained.starts if name in _OF_PARTS else np.arange(len(explained) + 1)
        columns[name] = _lists(array, ends)
        forms[name] = [array.dtype.name, array.shape[1]]
    for name, arrays in _there(explained, _PIXELS):
        columns[name] = pa.array([np.ascontiguousarray(array).tobytes() for array in arrays])
        forms[name] = [[array.dtype.name, list(array.shape)] for array in arrays]
    for name, texts in _there(explained, _TEXTS):
        columns[name] = pa.array(list(texts), pa.string())
    about = {name: getattr(explained, name) for name in _WORDS}
    about |= {"forms": forms, "failures": list(explained.failures.items())}
    columns |= _beside(explained)
    about |= {
        "data": [[name, is_object(values)] for name, values in explained.data.items()],
        "truth": is_object(explained.truth),
        "masker": of_masker(explained.masker),
    }
    write_whole(table_bytes(pa.table(columns), _key(type(explained)), about), path)


def load(kind: type[PartsExplanation], path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the fields of the explanation in a file."""
    table, about = read_table(read_whole(path), _key(kind), os.fspath(path))
    fields = {name: about[name] for name in _WORDS} | {"outputs": tuple(about["outputs"])}
    fields["failures"] = dict(about["failures"])
    fields["starts"] = np.concatenate([[0], np.cumsum(table.column("size").to_numpy())])
    for name, form in about["forms"].items():
        column = table.column(name).combine_chunks()
        if name in _PIXELS:
            fields[name] = tuple(map(_pixels, column.to_pylist(), form))
        else:
            flat = column.flatten().to_numpy(zero_copy_only=False)
            fields[name] = flat.astype(form[0], copy=True).reshape(-1, form[1])
    fields |= _found_beside(table, about)
    texts = {name: table.column(name) for name in _TEXTS if name in table.column_names}
    return fields | {name: tuple(column.to_pylist()) for name, column in texts.items()}


def _beside(explained: PartsExplanation) -> dict[str, pa.Array]:
    """Return what is known of the rows beside their parts."""
    columns = {
        f"data.{i}": plain(own, name) for i, (name, own) in enumerate(explained.data.items())
    }
    truth = explained.truth
    return columns if truth is None else {**columns, "truth": plain(truth, "truth")}


def _found_beside(table: pa.Table, about: dict[str, Any]) -> dict[str, Any]:
    named = about.get("data", [])  # older files have nothing of this
    columns = [table.column(f"data.{i}") for i in range(len(named))]
    data = {name: restored(own, objects) for own, (name, objects) in zip(columns, named)}
    known = "truth" in table.column_names
    truth = restored(table.column("truth"), about["truth"]) if known else None
    return {"data": data, "truth": truth, "masker": masker_of(about.get("masker"))}


def _key(kind: type[PartsExplanation]) -> bytes:
    return f"synapse_magic.{kind.__name__}".encode()


def _there(explained: PartsExplanation, names: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(name, own) for name in names if (own := getattr(explained, name, None)) is not None]


def _lists(array: np.ndarray, ends: np.ndarray) -> pa.Array:
    """Return the numbers of some rows of an array as one list for each stretch."""
    import pyarrow as pa

    offsets = pa.array(np.asarray(ends, np.int64) * array.shape[1])
    flat = pa.array(np.ascontiguousarray(array).reshape(-1))
    return pa.LargeListArray.from_arrays(offsets, flat)


def _pixels(content: bytes, form: tuple[str, list[int]]) -> np.ndarray:
    return np.frombuffer(content, form[0]).reshape(form[1]).copy()
