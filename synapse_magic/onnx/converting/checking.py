"""Whether a converted model gives what the model itself gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.onnx_session import open_session, signature
from synapse_magic.kernels.signature import Port
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.model_file import local_file

if TYPE_CHECKING:
    import onnxruntime

TOLERANCE = 1e-4
"""The largest difference, as a share of the largest value of an output: float32 makes less."""


def check(conversion: Conversion, owner: str) -> None:
    """Run the converted model on the rows of the sample, and compare.

    Raises
    ------
    SynapseError
        When onnxruntime does not take it, or it gives something else than the model itself.
    """
    session = open_session(str(local_file(conversion.model.SerializeToString())), "CPU")
    for trial in conversion.trials:
        _compare(session, trial(), owner)


def _compare(session: onnxruntime.InferenceSession, trial: Trial, owner: str) -> None:
    inputs, outputs = signature(session)
    known = {port.name for port in outputs}
    names = [name for name in trial.expected if name in known]
    feeds = {port.name: fed(trial.feeds[port.name], port) for port in inputs}
    try:
        found = session.run(names, feeds)
    except Exception as error:  # onnxruntime's errors share no class but this
        said = str(error).strip().partition("\n")[0]
        raise SynapseError(
            f"{owner} was converted, but onnxruntime cannot run the result on the sample: {said}"
        ) from error
    for name, made in zip(names, found):
        _require_same(name, np.asarray(made), np.asarray(trial.expected[name]), owner)


def fed(values: np.ndarray, port: Port) -> np.ndarray:
    """Return rows as an input takes them: a column of its own has one more dimension."""
    typed = values.astype(port.dtype, copy=False)
    if typed.ndim + 1 == len(port.shape):
        typed = typed[:, None]
    return typed


def _require_same(name: str, found: np.ndarray, expected: np.ndarray, owner: str) -> None:
    if found.size != expected.size:
        raise _wrong(name, owner, f"shape {found.shape}, the model itself {expected.shape}")
    made = found.reshape(expected.shape)
    if expected.dtype.kind in "OUSbiu" or made.dtype.kind in "OUS":
        differ = _texts(made) != _texts(expected)
        if differ.any():
            row = int(np.argwhere(differ)[0][0])
            raise _wrong(
                name,
                owner,
                f"another value in {int(differ.sum())} of {differ.size} places, first in row {row}:"
                f" {made[row]!r}, the model itself {expected[row]!r}",
            )
        return
    _require_close(name, made.astype(np.float64), expected.astype(np.float64), owner)


def _require_close(name: str, made: np.ndarray, expected: np.ndarray, owner: str) -> None:
    if not expected.size:
        return
    unlike = ~((made == expected) | (np.isnan(made) & np.isnan(expected)))
    gap = np.where(unlike, np.abs(made - expected), 0.0)
    gap[np.isnan(gap)] = np.inf  # a number on one side, none on the other
    finite = np.abs(expected[np.isfinite(expected)])
    scale = finite.max() if finite.size else 0.0
    if gap.max() > TOLERANCE * scale + 1e-7:
        row = int(np.unravel_index(gap.argmax(), gap.shape)[0])
        raise _wrong(
            name,
            owner,
            f"values that differ by up to {gap.max():.3g} where the largest is {scale:.3g}, most in"
            f" row {row}: {made[row]}, the model itself {expected[row]}",
        )


def _texts(values: np.ndarray) -> Any:
    """Return discrete values so that 1, 1.0 and True are alike, and texts stay texts."""
    if values.dtype.kind in "OUS":
        return values.astype(str)
    numbers = values.astype(np.float64)
    whole = np.array([str(int(n)) if n == n and n == int(n) else str(n) for n in numbers.flat])
    return whole.reshape(values.shape)


def _wrong(name: str, owner: str, what: str) -> SynapseError:
    return SynapseError(
        f"The ONNX converter turned {owner} into another model: on the sample its output {name!r} "
        f"has {what}. Try: a newer converter, or score with the model itself"
    )
