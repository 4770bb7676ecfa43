"""Sessions of onnxruntime: one a process and model, with the threads that a slot has."""

from __future__ import annotations

import functools
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.signature import Port

if TYPE_CHECKING:
    import onnxruntime

Device = Literal["", "CPU", "CUDA"]
Optimization = Literal["NO_OPT", "BASIC_OPT", "EXTENDED_OPT", "ALL_OPT"]

_LEVELS = {
    "NO_OPT": "ORT_DISABLE_ALL",
    "BASIC_OPT": "ORT_ENABLE_BASIC",
    "EXTENDED_OPT": "ORT_ENABLE_EXTENDED",
    "ALL_OPT": "ORT_ENABLE_ALL",
}
_CUDA = "CUDAExecutionProvider"
_CPU = "CPUExecutionProvider"
MOST_SESSIONS = 4
_QUIET = 4


@functools.lru_cache(maxsize=MOST_SESSIONS)
def open_session(
    path: str,
    device: Device = "",
    device_id: int = 0,
    optimization: Optimization = "ALL_OPT",
    threads: int = 1,
) -> onnxruntime.InferenceSession:
    """Return the session of a model file; a process opens it once.

    Parameters
    ----------
    path : str
    device : {"", "CPU", "CUDA"}
        Empty for CUDA where onnxruntime has it, else the CPU.
    device_id : int
        The GPU.
    optimization : str
        How far the graph is optimised.
    threads : int
        Threads of one call; 0 for all cores.

    Raises
    ------
    SynapseError
        When the file is no model that this onnxruntime runs, or the device is not there.
    """
    runtime = _runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    options.graph_optimization_level = getattr(
        runtime.GraphOptimizationLevel, _LEVELS[optimization]
    )
    providers = _providers(runtime, device, device_id)
    try:
        session = runtime.InferenceSession(path, options, providers=providers)
    except Exception as error:  # onnxruntime's errors share no class but this
        raise SynapseError(_why(error, path)) from error
    if len(providers) > 1 and _CUDA not in session.get_providers():
        _tell_no_cuda(device)
    return session


def signature(session: onnxruntime.InferenceSession) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """Return the inputs and the outputs of a model."""
    return tuple(map(Port.of, session.get_inputs())), tuple(map(Port.of, session.get_outputs()))


def _runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise SynapseError(
            "Scoring ONNX models needs onnxruntime. Try: pip install onnxruntime"
        ) from error
    return onnxruntime


def _providers(runtime: Any, device: Device, device_id: int) -> list[Any]:
    there = runtime.get_available_providers()
    if device == "CUDA" and _CUDA not in there:
        raise SynapseError(
            "deviceType is 'CUDA', but the onnxruntime of this worker has no CUDA. "
            "Try: pip install onnxruntime-gpu, or leave deviceType out"
        )
    if device == "CPU" or _CUDA not in there:
        return [_CPU]
    return [(_CUDA, {"device_id": device_id}), _CPU]


def _tell_no_cuda(device: Device) -> None:
    """Say that onnxruntime left the GPU out, of which it writes a log line at best."""
    said = "onnxruntime could not use the GPU: its CUDA or cuDNN libraries are missing or too old"
    if device == "CUDA":
        raise SynapseError(f"deviceType is 'CUDA', but {said}. Try: nvidia-smi, or leave it out")
    warnings.warn(f"{said}. Scoring on the CPU", RuntimeWarning, stacklevel=3)


def _why(error: Exception, path: str) -> str:
    """Return in one line why onnxruntime does not take a file, and what to try."""
    said = str(error).strip().partition("\n")[0].replace(path, Path(path).name)
    if "INVALID_PROTOBUF" in said:
        return "This is no ONNX model, or only a part of one. Expected a whole .onnx file"
    if ("opset" in said and "support" in said) or "IR version" in said:
        return f"This ONNX model is newer than onnxruntime: {said} Try: pip install -U onnxruntime"
    if "external data" in said.lower() or "External data" in said:
        return (
            f"This ONNX model keeps its weights in other files that are not there: {said} "
            "Try: setModelLocation(path) with those files beside the model"
        )
    if "is not a registered" in said:
        said += " Try: pip install -U onnxruntime, or an export with operators that it has"
    return f"onnxruntime does not take this ONNX model: {said}"
