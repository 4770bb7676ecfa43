"""An ONNX model as a scorer of Arrow batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.onnx_calls import Call, joined
from synapse_magic.kernels.onnx_session import Device, Optimization, open_session
from synapse_magic.kernels.onnx_values import (
    argmax,
    column_type,
    is_row_by_row,
    row_value,
    softmax,
    to_column,
)
from synapse_magic.kernels.signature import Port
from synapse_magic.kernels.tensors import fitted, is_numeric, lacks_text, shapes_of, to_tensor
from synapse_magic.kernels.vectors import VECTOR_TYPE

if TYPE_CHECKING:
    import onnxruntime

BATCH_BYTES = 128 << 10
"""Input of one call where miniBatchSize is not set, for a thread: what a model makes of it on its
way stays in the caches of a core. Larger calls took a fifth longer."""
GPU_BATCH_BYTES = 16 << 20
"""The same for a GPU, which has far more to keep busy."""
_NO_MEMORY = ("allocat", "bad_alloc", "out of memory")


@dataclass(frozen=True)
class OnnxScorer:
    """Scores Arrow batches with an ONNX model.

    A null number is NaN to an input that takes floats. A row with any other null has nulls as
    outputs.

    Attributes
    ----------
    path : str
        The file of the model, where it is scored.
    feeds : tuple of (Port, tuple of str)
        Each input and its column, or the numeric columns that make its rows together.
    fetches : tuple of (str, Port)
        Each output column and what it holds.
    softmaxes, argmaxes : tuple of (str, str)
        Each output column, and the one of ``fetches`` that it is made from.
    rows : int
        Rows of one call; 0 for as many as take ``BATCH_BYTES`` a thread.
    device, device_id, optimization, threads
        As for :func:`~synapse_magic.kernels.onnx_session.open_session`.
    """

    path: str
    feeds: tuple[tuple[Port, tuple[str, ...]], ...]
    fetches: tuple[tuple[str, Port], ...]
    softmaxes: tuple[tuple[str, str], ...] = ()
    argmaxes: tuple[tuple[str, str], ...] = ()
    rows: int = 0
    device: Device = ""
    device_id: int = 0
    optimization: Optimization = "ALL_OPT"
    threads: int = 1

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(dict.fromkeys(name for _, names in self.feeds for name in names))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it adds."""
        derived = (*self.softmaxes, *self.argmaxes)
        return (*(name for name, _ in self.fetches), *(name for name, _ in derived))

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``.

        Raises
        ------
        SynapseError
            When a column does not fit its input.
        """
        whole = self._whole(batch)
        full = batch.filter(pa.array(whole)) if not whole.all() else batch
        order: list[np.ndarray] = []
        parts: list[list[pa.Array]] = []
        session = self._session()
        for chosen, tensors in self._alike(full):
            calls = self._runs(session, tensors, len(chosen))
            for start, count, values in calls if self._row_by_row else joined(calls):
                order.append(chosen[start : start + count])
                parts.append(self._columns(values, count))
        types = self.types
        columns = [
            pa.concat_arrays([part[i].cast(kind) for part in parts]) if parts else pa.nulls(0, kind)
            for i, kind in enumerate(types)
        ]
        return pa.RecordBatch.from_arrays(_spread(columns, order, whole), list(self.outputs))

    @property
    def types(self) -> list[pa.DataType]:
        """The Arrow type of each output column."""
        made = [column_type(port) for _, port in self.fetches]
        return [
            *made,
            *(VECTOR_TYPE for _ in self.softmaxes),
            *(pa.float64() for _ in self.argmaxes),
        ]

    def _session(self) -> onnxruntime.InferenceSession:
        return open_session(self.path, self.device, self.device_id, self.optimization, self.threads)

    def _whole(self, batch: pa.RecordBatch) -> np.ndarray:
        """Say of each row whether it has all it needs."""
        whole = np.ones(batch.num_rows, bool)
        for port, names in self.feeds:
            for column in map(batch.column, names):
                whole &= ~lacks_text(column)
                if column.null_count and not (port.takes_nan and is_numeric(column.type)):
                    whole &= pc.is_valid(column).to_numpy(zero_copy_only=False)
        return whole

    def _alike(self, batch: pa.RecordBatch) -> Iterator[tuple[np.ndarray, dict[str, Any]]]:
        """Yield the rows that have one shape, by their indexes, and the tensors of them."""
        every = np.arange(batch.num_rows)
        if not len(every):
            return
        if self._row_by_row:
            yield every, {port.name: self._values(batch, port, names) for port, names in self.feeds}
            return
        alone = [names[0] for _, names in self.feeds if len(names) == 1]
        every_shape = (shapes_of(batch.column(name), name) for name in alone)
        shapes = [found for found in every_shape if found is not None]
        if not shapes:
            yield every, self._tensors(batch)
            return
        _, group = np.unique(np.concatenate(shapes, axis=1), axis=0, return_inverse=True)
        for number in range(group.max() + 1):
            chosen = np.flatnonzero(group.reshape(-1) == number)
            yield chosen, self._tensors(batch.take(pa.array(chosen)))

    def _tensors(self, batch: pa.RecordBatch) -> dict[str, np.ndarray]:
        return {port.name: _tensor(batch, port, names) for port, names in self.feeds}

    @staticmethod
    def _values(batch: pa.RecordBatch, port: Port, names: tuple[str, ...]) -> Any:
        """Return what feeds an input, row by row."""
        if port.kind == "tensor":
            return _tensor(batch, port, names)
        return [row_value(value, port) for value in batch.column(names[0]).to_pylist()]

    @property
    def _row_by_row(self) -> bool:
        return is_row_by_row(
            [*(port for port, _ in self.feeds), *(port for _, port in self.fetches)]
        )

    def _runs(
        self, session: onnxruntime.InferenceSession, tensors: dict[str, Any], rows: int
    ) -> Iterator[Call]:
        """Run the model over all rows in steps."""
        fixed = next((port.batch for port, _ in self.feeds if port.batch is not None), None)
        step = 1 if self._row_by_row else fixed or self.rows or self._fitting(session, tensors)
        step = step if fixed else min(step, rows)
        start = 0
        while start < rows:
            part = {name: values[start : start + step] for name, values in tensors.items()}
            count = min(step, rows - start)
            try:
                values = self._call(session, part, count, fixed)
            except MemoryError as error:
                if step == 1 or fixed:
                    raise SynapseError(
                        f"The model needs more memory for {step} rows than there is: {error}"
                    ) from error
                step = max(1, step // 2)
                continue
            yield start, count, values
            start += count

    def _fitting(self, session: onnxruntime.InferenceSession, tensors: dict[str, Any]) -> int:
        """Return how many rows make a call of the size that suits the device."""
        on_gpu = "CUDAExecutionProvider" in session.get_providers()
        wanted = GPU_BATCH_BYTES if on_gpu else BATCH_BYTES * max(self.threads, 1)
        size = sum(value[:1].nbytes for value in tensors.values())
        return max(1, wanted // max(size, 1))

    def _call(
        self,
        session: onnxruntime.InferenceSession,
        part: dict[str, Any],
        count: int,
        fixed: int | None,
    ) -> list[Any]:
        if self._row_by_row:
            part = {
                port.name: part[port.name] if port.kind == "tensor" else part[port.name][0]
                for port, _ in self.feeds
            }
        elif fixed is not None and count < fixed:
            part = {
                name: np.resize(value, (fixed, *value.shape[1:])) for name, value in part.items()
            }
        names = list(dict.fromkeys(port.name for _, port in self.fetches))
        try:
            found = dict(zip(names, session.run(names, part)))
        except Exception as error:  # onnxruntime's errors share no class but this
            said = str(error).strip().partition("\n")[0]
            if any(word in said.lower() for word in _NO_MEMORY):
                raise MemoryError(said) from error
            raise SynapseError(f"onnxruntime could not score {count} rows: {said}") from error
        cut = fixed is not None and count < fixed and not self._row_by_row
        return [found[port.name][:count] if cut else found[port.name] for _, port in self.fetches]

    def _columns(self, values: list[Any], count: int) -> list[pa.Array]:
        made = {name: (value, port) for (name, port), value in zip(self.fetches, values)}
        alone = self._row_by_row
        return [
            *(to_column(value, port, count, alone) for value, port in made.values()),
            *(softmax(*made[source]) for _, source in self.softmaxes),
            *(argmax(*made[source]) for _, source in self.argmaxes),
        ]


def _tensor(batch: pa.RecordBatch, port: Port, names: tuple[str, ...]) -> np.ndarray:
    takes = f"the input {port}"
    if len(names) == 1:
        tensor = to_tensor(batch.column(names[0]), names[0])
        return fitted(tensor, port.dtype, port.shape, names[0], takes)
    columns = [to_tensor(batch.column(name), name) for name in names]
    flat = [fitted(c, port.dtype, (None,), n, takes) for c, n in zip(columns, names)]
    return fitted(np.stack(flat, axis=1), port.dtype, port.shape, ", ".join(names[:3]), takes)


def _spread(columns: list[pa.Array], order: list[np.ndarray], whole: np.ndarray) -> list[pa.Array]:
    """Return the columns in the order of the batch, with nulls in rows that were left out."""
    made = np.concatenate(order) if order else np.empty(0, np.int64)
    if whole.all() and np.array_equal(made, np.arange(len(whole))):
        return columns
    place = np.full(len(whole), -1, np.int64)
    place[np.flatnonzero(whole)[made]] = np.arange(len(made))
    indexes = pa.array(place, mask=place < 0)
    return [column.take(indexes) for column in columns]
