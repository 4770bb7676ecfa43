"""Networks of PyTorch, by its own exporter."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import inspect
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.finishing import OPSET, ROWS
from synapse_magic.onnx.converting.quiet import quiet
from synapse_magic.onnx.converting.refusals import described, refused
from synapse_magic.onnx.converting.sample import Sample
from synapse_magic.onnx.package import onnx_package

if TYPE_CHECKING:
    import onnx
    import torch

_LOGGERS = ("torch.onnx", "torch.onnx._internal.exporter._registration", "onnxscript")


def convert(model: Any, sample: Sample) -> Conversion:
    """Return the network in ONNX, as it is when it predicts."""
    owner = described(model)
    if not sample.rows:
        raise SynapseError(
            "A network of PyTorch needs a sample with rows: a tensor, or a dict or tuple of "
            "tensors. Try: to_onnx(model, torch.randn(2, 4))"
        )
    feeds = _feeds(model, sample)
    with _predicting(model):
        outputs = list(_predicted(model, feeds, owner))
        made = _run_exporter(model, _at_least_two(feeds), outputs, owner)
    sizes = (feeds, _repeated(feeds, 2), {name: rows[:1] for name, rows in feeds.items()})
    return Conversion(made, tuple(functools.partial(_trial, model, f, owner) for f in sizes))


def _run_exporter(
    model: Any, feeds: Mapping[str, np.ndarray], outputs: list[str], owner: str
) -> onnx.ModelProto:
    arguments = tuple(_tensors(model, feeds))
    export = _by_tracing if _needs_tracing(model) else _by_dynamo
    try:
        with quiet(*_LOGGERS), contextlib.redirect_stderr(io.StringIO()):
            return export(model, arguments, list(feeds), outputs)
    except Exception as error:  # the exporter raises of everything
        raise refused(owner, error, "another operation, or pip install -U torch") from error


def _needs_tracing(model: Any) -> bool:
    import torch

    scripted = isinstance(model, torch.jit.ScriptModule)
    return scripted or importlib.util.find_spec("onnxscript") is None


def _by_dynamo(model: Any, arguments: Any, inputs: list[str], outputs: list[str]) -> Any:
    import torch

    free = tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs)
    program = torch.onnx.export(
        model,
        arguments,
        dynamo=True,
        dynamic_shapes=free if _is_plain(model) else (free,),
        input_names=inputs,
        output_names=outputs,
        opset_version=OPSET,
        verbose=False,
    )
    return program.model_proto


def _is_plain(model: Any) -> bool:
    """Say whether each input is a parameter of its own, and not one of ``*inputs``."""
    kinds = {own.kind for own in inspect.signature(model.forward).parameters.values()}
    return inspect.Parameter.VAR_POSITIONAL not in kinds


def _by_tracing(model: Any, arguments: Any, inputs: list[str], outputs: list[str]) -> Any:
    import torch

    written = io.BytesIO()
    torch.onnx.export(
        model,
        arguments,
        written,
        dynamo=False,
        dynamic_axes={name: {0: ROWS} for name in (*inputs, *outputs)},
        input_names=inputs,
        output_names=outputs,
        opset_version=17,  # the newest of this exporter
    )
    return onnx_package("Networks of PyTorch").load_from_string(written.getvalue())


def _feeds(model: Any, sample: Sample) -> dict[str, np.ndarray]:
    """Return the rows of each input under the name that the network has for it."""
    if sample.form == "frame":
        sample.require_numbers("a network of PyTorch")
        return {_parameters(model)[0]: sample.matrix()}
    if not isinstance(sample.given, Mapping):
        names = _parameters(model)
        own = names if len(names) >= len(sample.columns) else sample.names
        return dict(zip(own, sample.values.values()))
    known = [name for name in _parameters(model) if name in sample.values]
    lacking = [name for name in sample.values if name not in known]
    if lacking:
        raise SynapseError(
            f"The sample names {lacking[0]!r}, which forward() does not take. "
            f"Inputs: {', '.join(_parameters(model))}"
        )
    return {name: sample.values[name] for name in known}


def _parameters(model: Any) -> list[str]:
    import torch

    if isinstance(model, torch.jit.ScriptModule):
        return [argument.name for argument in model.forward.schema.arguments[1:]]
    parameters = inspect.signature(model.forward).parameters.values()
    return [own.name for own in parameters if own.kind == own.POSITIONAL_OR_KEYWORD] or ["input"]


def _tensors(model: Any, feeds: Mapping[str, np.ndarray]) -> Iterator[torch.Tensor]:
    """Yield the inputs in the precision and on the device of the network's weights."""
    import torch

    weights = next((w for w in model.parameters() if w.is_floating_point()), torch.empty(0))
    for rows in feeds.values():
        tensor = torch.as_tensor(np.ascontiguousarray(rows)).to(weights.device)
        yield tensor.to(weights.dtype) if tensor.is_floating_point() else tensor


def _at_least_two(feeds: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """Return rows by which the exporter cannot take their number for a constant, as it does 1."""
    alone = len(next(iter(feeds.values()))) == 1
    return _repeated(feeds, 2) if alone else feeds


def _repeated(feeds: Mapping[str, np.ndarray], times: int) -> dict[str, np.ndarray]:
    return {name: np.concatenate([rows] * times) for name, rows in feeds.items()}


@contextlib.contextmanager
def _predicting(model: Any) -> Iterator[None]:
    """Switch dropout and its like off, and back again as it was."""
    before = {part: part.training for part in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for part, training in before.items():
            part.training = training


def _trial(model: Any, feeds: Mapping[str, np.ndarray], owner: str) -> Trial:
    with _predicting(model):
        return Trial(feeds, _predicted(model, feeds, owner))


def _predicted(model: Any, feeds: Mapping[str, np.ndarray], owner: str) -> dict[str, np.ndarray]:
    import torch

    try:
        with torch.no_grad():
            found = model(*_tensors(model, feeds))
    except Exception as error:  # of the user's own network
        raise SynapseError(
            f"The sample does not fit {owner}: {str(error).strip().partition(chr(10))[0]}"
        ) from error
    return {name: part.detach().cpu().numpy() for name, part in _named(found).items()}


def _named(found: Any) -> dict[str, Any]:
    if isinstance(found, Mapping):
        return {str(name): part for name, part in found.items() if part is not None}
    if isinstance(found, (tuple, list)):
        return {f"output_{index}": part for index, part in enumerate(found)}
    return {"output": found}
