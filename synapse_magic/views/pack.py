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

_KINDS = {"uint8": "u1", "uint16": "u2", "uint32": "u4", "int32": "i4", "float32": "f4", "float64": "f8"}


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
    buffers: list[list[Any]] = []
    blob = bytearray()

    def walk(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            while len(blob) % 8:
                blob.append(0)
            flat = np.ascontiguousarray(value)
            buffers.append([_KINDS[flat.dtype.name], list(flat.shape), len(blob)])
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
    body["$data"] = base64.b64encode(zlib.compress(bytes(blob), 9)).decode("ascii")
    words = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    words = words.encode("utf-8", "backslashreplace").decode("utf-8")
    return words.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def extract(words: str) -> dict[str, Any]:
    """Return the payload that :func:`embed` wrote, with its arrays: what the browser will see."""
    body = json.loads(words)
    blob = zlib.decompress(base64.b64decode(body.pop("$data")))
    buffers = body.pop("$buffers")
    names = {short: name for name, short in _KINDS.items()}

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            if "$" in value:
                kind, shape, offset = buffers[value["$"]]
                count = int(np.prod(shape))
                flat = np.frombuffer(blob, dtype=np.dtype(names[kind]).newbyteorder("<"), count=count, offset=offset)
                return flat.reshape(shape)
            return {key: walk(item) for key, item in value.items()}
        return [walk(item) for item in value] if isinstance(value, list) else value

    return {key: walk(value) for key, value in body.items()}
