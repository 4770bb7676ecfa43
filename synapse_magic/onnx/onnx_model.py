"""ONNX models on Spark, scored by onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pyspark.ml.linalg import VectorUDT
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_type
from pyspark.sql.types import DoubleType, StructField

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.onnx_feeds import check_feeds
from synapse_magic.kernels.onnx_scorer import OnnxScorer
from synapse_magic.kernels.onnx_session import open_session, signature
from synapse_magic.kernels.onnx_trial import with_shapes
from synapse_magic.kernels.onnx_values import column_type
from synapse_magic.kernels.signature import Port
from synapse_magic.onnx.external import with_weights
from synapse_magic.onnx.model_file import WorkerScorer, local_file, on_workers
from synapse_magic.onnx.model_location import HasModelLocation
from synapse_magic.onnx.slicing import sliced
from synapse_magic.spark.arrow_types import arrow_schema
from synapse_magic.spark.columns import col, require, require_new
from synapse_magic.spark.driver import cores_of_slot
from synapse_magic.spark.files import read_file
from synapse_magic.spark.frame_check import require_frame
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.scoring import transform_with
from synapse_magic.spark.session import is_connect, master_of
from synapse_magic.views.page import page
from synapse_magic.views.table import html_table
from synapse_magic.views.words import escape

if TYPE_CHECKING:
    from typing_extensions import Self


class ONNXModel(HasModelLocation):
    """Score rows with a model in the ONNX format, of whatever framework it comes from.

    Each input of the model is fed by a column of numbers, texts, lists, vectors or images, or by
    several columns of numbers, which make one row together. The rows of a call are the first
    dimension. A null number is NaN to an input that takes floats; a row with another null gets
    nulls. Rows whose lists have different sizes are scored size by size.

    The model comes from ``modelLocation``, or by :meth:`setModelPayload`; it is part of what is
    saved. ``inputs`` and ``outputs`` tell what it takes and gives, and a notebook shows them.

    Examples
    --------
    >>> model = ONNXModel(
    ...     modelLocation="income.onnx",
    ...     feedDict={"X": ["age", "hours"]},
    ...     fetchDict={"p": "probabilities"},
    ... )  # doctest: +SKIP
    >>> scored = model.transform(df)  # doctest: +SKIP
    """

    attachments: ClassVar[tuple[str, ...]] = ("model",)

    feedDict: Param[dict[str, str | list[str]]] = param(
        "Input of the model to the column, or the list of columns, that feeds it; unset for "
        "columns of the inputs' names.",
        default=unset,
    )
    fetchDict: Param[dict[str, str]] = param(
        "New column to the output that fills it, or to any tensor inside the model; unset for all "
        "outputs under their names.",
        default=unset,
    )
    softMaxDict: Param[dict[str, str]] = param(
        "Column of fetchDict to a new column with the softmax of it.", default=unset
    )
    argMaxDict: Param[dict[str, str]] = param(
        "Column of fetchDict to a new column with the index of its largest value.", default=unset
    )
    miniBatchSize: Param[int] = param(
        "Rows of one call of the model; unset for as many as stay in the caches of its cores.",
        default=unset,
        low=1,
    )
    deviceType: Param[Literal["CPU", "CUDA"]] = param(
        "Where it runs; unset for the GPU where onnxruntime has one, else the CPU.", default=unset
    )
    optimizationLevel: Param[Literal["NO_OPT", "BASIC_OPT", "EXTENDED_OPT", "ALL_OPT"]] = param(
        "How far onnxruntime optimises the graph.", default="ALL_OPT"
    )

    _content = b""
    _file = ""

    def setModelPayload(self, content: bytes) -> Self:
        """Take the model from the bytes of an ``.onnx`` file, or from an ``onnx.ModelProto``.

        Raises
        ------
        SynapseError
            When this onnxruntime cannot run it.
        """
        raw = isinstance(content, (bytes, bytearray, memoryview))
        taken = bytes(content) if raw else _serialized(content)
        if not taken:
            raise SynapseError("This is no ONNX model: it is empty. Expected a whole .onnx file")
        file = str(local_file(taken))
        _ports(file)
        self._content, self._file = taken, file
        self.clear(self.getParam("modelLocation"))
        return self

    def getModelPayload(self) -> bytes:
        """Return the model as the bytes of an ``.onnx`` file."""
        return self._whole()

    @property
    def inputs(self) -> tuple[Port, ...]:
        """What the model takes: name, type and shape of each input."""
        return _ports(self._path())[0]

    @property
    def outputs(self) -> tuple[Port, ...]:
        """What the model gives; ``fetchDict`` takes the tensors inside it, too."""
        return _ports(self._path())[1]

    def sliceAtOutput(self, name: str) -> Self:
        """Return a copy that ends at one tensor; see :meth:`sliceAtOutputs`."""
        return self.sliceAtOutputs([name])

    def sliceAtOutputs(self, names: Sequence[str]) -> Self:
        """Return a copy whose outputs are these tensors of the model, without what they need not.

        Raises
        ------
        SynapseError
            When there is no such tensor.
        """
        made: Self = self.copy()
        return made.setModelPayload(sliced(self._whole(), names))

    def to_code(self) -> str:
        """Return Python code that makes an equal stage.

        Raises
        ------
        SynapseError
            When the model came by :meth:`setModelPayload`: its bytes are no code.
        """
        if self._content and not self.isDefined("modelLocation"):
            raise SynapseError(
                f"This {type(self).__name__} holds its model in memory, which no code can name. "
                "Try: save it and load it, or modelLocation='model.onnx'"
            )
        return super().to_code()

    def __repr__(self) -> str:
        code = super().to_code()
        if not self._content or self.isDefined("modelLocation"):
            return code
        return f"<{code} with a model of {len(self._content):,} bytes>"

    def _repr_html_(self) -> str:
        if not self._content:
            return page(escape("ONNXModel: no model yet"), "", None, "ONNX model")
        ports = [("input", port) for port in self.inputs]
        ports += [("output", port) for port in self.outputs]
        rows = [(what, port.name, *port.described()) for what, port in ports]
        return page(html_table(("", "name", "type", "shape"), rows), "", None, "ONNX model")

    def scorer(self) -> OnnxScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        fetches = self._fetches()
        path = self._cut(fetches)
        inputs, outputs = _ports(path)
        known = {port.name: port for port in outputs}
        wanted = [known[name] for name in fetches.values()]
        shaped = with_shapes(open_session(path, "CPU", 0, "NO_OPT"), inputs, wanted)
        if not inputs:
            raise SynapseError("The model takes no input, so it gives the same for every row")
        made = OnnxScorer(
            path=path,
            feeds=self._feeds(inputs),
            fetches=tuple(zip(fetches, shaped)),
            softmaxes=self._derived("softMaxDict", fetches),
            argmaxes=self._derived("argMaxDict", fetches),
            rows=self.getOrDefault("miniBatchSize") if self.isDefined("miniBatchSize") else 0,
            device=self.getOrDefault("deviceType") if self.isDefined("deviceType") else "",
            optimization=self.getOrDefault("optimizationLevel"),
        )
        _require_distinct(made.outputs)
        return made

    def _transform(self, dataset: DataFrame) -> DataFrame:
        scorer = self.scorer()
        self._require_new(dataset, scorer)
        self._require_fed(dataset.schema.names, scorer)
        require(dataset.schema, scorer.inputs)
        check_feeds(scorer, arrow_schema(dataset.select(*map(col, scorer.inputs)).schema))
        made = {name: from_arrow_type(column_type(port)) for name, port in scorer.fetches}
        made |= {name: VectorUDT() for name, _ in scorer.softmaxes}
        made |= {name: DoubleType() for name, _ in scorer.argmaxes}
        fields = [StructField(name, made[name]) for name in scorer.outputs]
        return transform_with(worker_scorer(dataset.sparkSession, scorer), dataset, fields)

    def transform(self, dataset: DataFrame, params: Any = None) -> DataFrame:
        """Return the frame with the columns that the model makes of it.

        Raises
        ------
        SynapseError
            When a column is missing, does not fit an input, or would be replaced.
        """
        require_frame(dataset, "df")
        return super().transform(dataset, params)

    def _require_new(self, dataset: DataFrame, scorer: OnnxScorer) -> None:
        """Refuse to replace columns, with the param that names them."""
        fetched = [name for name, _ in scorer.fetches]
        require_new(dataset.schema, fetched, _renamed(scorer, dataset.schema.names))
        for param_name, made in (
            ("softMaxDict", scorer.softmaxes),
            ("argMaxDict", scorer.argmaxes),
        ):
            require_new(dataset.schema, [name for name, _ in made], f"{param_name}={{...}}")

    def _require_fed(self, names: Sequence[str], scorer: OnnxScorer) -> None:
        """Refuse to look for columns of the inputs' names where there are none such."""
        if self.isDefined("feedDict") or any(name in names for name in scorer.inputs):
            return
        port = scorer.feeds[0][0]
        raise SynapseError(
            f"No column is called as an input of the model. Inputs: {_listed(self.inputs)}. "
            f"Columns: {', '.join(names)}. Try: feedDict={{{port.name!r}: [...]}}"
        )

    def _take(self, place: str) -> None:
        self.setModelPayload(with_weights(read_file(place, "an ONNX model"), place))

    def _path(self) -> str:
        """Return the file of the model in this process."""
        if not self._file:
            self._file = str(local_file(self._whole()))
        return self._file

    def _whole(self) -> bytes:
        if not self._content:
            raise SynapseError(
                "There is no model yet. "
                "Try: modelLocation='model.onnx', or setModelPayload(content)"
            )
        return self._content

    def _fetches(self) -> dict[str, str]:
        """Return the tensor that fills each new column."""
        if self.isDefined("fetchDict"):
            fetches: dict[str, str] = self.getOrDefault("fetchDict")
            return fetches
        return {port.name: port.name for port in self.outputs}

    def _cut(self, fetches: Mapping[str, str]) -> str:
        """Return the file of the model, ended at the tensors inside it that are wanted."""
        own = {port.name for port in self.outputs}
        wanted = list(dict.fromkeys(fetches.values()))
        given = self.getOrDefault("feedDict") if self.isDefined("feedDict") else {}
        needs_less = bool(given) and not {port.name for port in self.inputs} <= set(given)
        if set(wanted) <= own and not (needs_less and set(wanted) < own):
            return self._path()
        return str(local_file(sliced(self._whole(), wanted)))

    def _feeds(self, inputs: tuple[Port, ...]) -> tuple[tuple[Port, tuple[str, ...]], ...]:
        names = [port.name for port in inputs]
        given = self.getOrDefault("feedDict") if self.isDefined("feedDict") else {}
        known = {port.name for port in self.inputs}
        for name in given:
            if name not in known:
                hint = f"{closest(name, known)} ".lstrip()
                raise SynapseError(
                    f"feedDict names {name!r}, which the model does not take. "
                    f"{hint}Inputs: {_listed(self.inputs)}"
                )
            if not _columns(given[name]):
                raise SynapseError(f"feedDict feeds {name!r} with no column. Expected at least one")
        feeds = {name: given.get(name, None if given else name) for name in names}
        lacking = [port for port in inputs if feeds[port.name] is None]
        if lacking:
            raise SynapseError(f"feedDict lacks the inputs {_listed(lacking)}")
        return tuple((port, _columns(feeds[port.name])) for port in inputs)

    def _derived(self, name: str, fetches: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        given = self.getOrDefault(name) if self.isDefined(name) else {}
        for source in given:
            if source not in fetches:
                hint = f"{closest(source, fetches)} ".lstrip()
                raise SynapseError(
                    f"{name} names {source!r}, which fetchDict does not make. "
                    f"{hint}Columns: {', '.join(fetches)}"
                )
        return tuple((made, source) for source, made in given.items())

    def _get_attachment(self, name: str) -> bytes:
        return {"model": self._content}[name]

    def _set_attachment(self, name: str, content: bytes) -> None:
        self._content, self._file = {name: content}["model"], ""


def worker_scorer(spark: SparkSession, scorer: OnnxScorer) -> WorkerScorer:
    """Return the scorer as the tasks of a session run it."""
    threaded = replace(scorer, threads=cores_of_slot(spark))
    one_machine = master_of(spark).partition("[")[0] == "local" and not is_connect(spark)
    return on_workers(spark, threaded, one_machine)


def _ports(path: str) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """Return the inputs and outputs of a model."""
    return signature(open_session(path, "CPU", 0, "NO_OPT"))


def _require_distinct(names: Sequence[str]) -> None:
    """Refuse columns that Spark would not tell apart."""
    folded = [name.casefold() for name in names]
    for name, own in zip(names, folded):
        if folded.count(own) > 1:
            raise SynapseError(
                f"Two outputs are called {name!r} in fetchDict, softMaxDict and argMaxDict, where "
                "case does not count. Expected a column of its own for each"
            )


def _renamed(scorer: OnnxScorer, taken: Sequence[str]) -> str:
    """Return a ``fetchDict`` that calls those outputs something else whose names are taken."""
    there = {name.casefold() for name in taken}
    made = {
        f"predicted_{name}" if name.casefold() in there else name: port.name
        for name, port in scorer.fetches
    }
    return f"fetchDict={made}"


def _columns(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _listed(ports: Sequence[Port]) -> str:
    return "; ".join(map(str, ports))


def _serialized(model: Any) -> bytes:
    if not hasattr(model, "SerializeToString"):
        raise SynapseError(
            f"The payload is {type(model).__name__}. "
            "Expected the bytes of an .onnx file, or an onnx.ModelProto. "
            "Try: modelLocation='model.onnx' for a file"
        )
    return bytes(model.SerializeToString())
