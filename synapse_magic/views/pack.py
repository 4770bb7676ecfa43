"""Arrays and words embedded in a page: JSON with one compressed block of bytes beside it.

Numbers travel as typed buffers, deflated together and written as base64; the browser inflates
them without a library. ``<`` is escaped, so that no string can close the script element.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

KINDS = frozenset({"uint8", "uint16", "uint32", "int32", "float32", "float64"})


def smallest(counts: np.ndarray) -> np.ndarray:
    """Return non-negative whole numbers in the narrowest unsigned type that holds them exactly.

    Raises
    ------
    OverflowError
        If a count needs more than 32 bits.
    """
    top = int(counts.max(initial=0))
    if top > np.iinfo(np.uint32).max:
        raise OverflowError(f"a count of {top} does not fit in 32 bits")
    for kind in (np.uint8, np.uint16):
        if top <= np.iinfo(kind).max:
            return counts.astype(kind)
    return counts.astype(np.uint32)


def quantise(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return ``values`` in steps of 1/65534 of ``low..high`` as uint16; 65535 stands for NaN."""
    span = high - low
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.clip((values - low) / (span if span else 1.0), 0.0, 1.0) * 65534.0
    return np.where(np.isnan(steps), 65535, np.round(np.nan_to_num(steps))).astype(np.uint16)


def embed(payload: Mapping[str, Any]) -> str:
    """Return ``payload`` as text for a ``<script type="application/json">`` element.

    Arrays anywhere inside become references into the compressed block ``$data``.
    """
    body, blob = message(payload, level=9)
    body["$data"] = base64.b64encode(blob).decode("ascii")
    words = json.dumps(body, separators=(",", ":"), allow_nan=False)
    return words.replace("<", "\\u003c")


def message(payload: Mapping[str, Any], *, level: int = 1) -> tuple[dict[str, Any], bytes]:
    """Return ``payload`` as JSON values and one deflated block of bytes, for a live widget.

    Parameters
    ----------
    payload
        Words, numbers and arrays, at any depth.
    level
        How hard to compress, from 1 to 9: a message is made while somebody waits for it.

    Examples
    --------
    >>> body, block = message({"ages": np.array([3, 5], np.uint8)})
    >>> body
    {'ages': {'$': 0}, '$buffers': [['uint8', [2], 0]]}
    >>> list(zlib.decompress(block))
    [3, 5]
    """
    buffers: list[list[Any]] = []
    blob = bytearray()

    def walk(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            while len(blob) % 8:
                blob.append(0)
            flat = np.ascontiguousarray(value)
            if flat.dtype.name not in KINDS:
                raise TypeError(f"arrays of {flat.dtype} cannot be embedded")
            buffers.append([flat.dtype.name, list(flat.shape), len(blob)])
            blob.extend(flat.astype(flat.dtype.newbyteorder("<"), copy=False).tobytes())
            return {"$": len(buffers) - 1}
        if isinstance(value, Mapping):
            return {str(key): walk(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [walk(item) for item in value]
        if isinstance(value, np.generic):
            return walk(value.item())
        if isinstance(value, float) and not np.isfinite(value):
            return None
        return value

    body = walk(payload)
    body["$buffers"] = buffers
    return body, zlib.compress(bytes(blob), level)


def extract(words: str) -> dict[str, Any]:
    """Return the payload that :func:`embed` wrote, with its arrays: what the browser will see."""
    body = json.loads(words)
    blob = zlib.decompress(base64.b64decode(body.pop("$data")))
    buffers = body.pop("$buffers")

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$" not in value:
            return {key: walk(item) for key, item in value.items()}
        kind, shape, offset = buffers[value["$"]]
        order = np.dtype(kind).newbyteorder("<")
        return np.frombuffer(blob, order, int(np.prod(shape)), offset).reshape(shape)

    return {key: walk(value) for key, value in body.items()}
