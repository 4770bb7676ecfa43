"""The first cause of a failed Spark job, out of the many lines Spark says about it."""

from __future__ import annotations

import re

_RAISED = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Interrupt)): (.+)$", re.MULTILINE)
_CAUSED = re.compile(r"^Caused by: (?:[\w$]+\.)*(.+)$", re.MULTILINE)
_LOST = re.compile(r"ExecutorLostFailure \((executor \S+) .*?Reason: (.+)")
_DIED = "Python worker exited unexpectedly"
_SPARK_WRAPPERS = ("SparkException", "PythonException", "SparkRuntimeException", "Py4JJavaError")


def first_cause(error: BaseException) -> str:
    r"""Return the message of the exception that a worker raised, in one line.

    Without one, such as when the worker's process died, it is the first line of what Spark says.

    Examples
    --------
    >>> first_cause(RuntimeError("Job aborted\nTraceback ...\nValueError: no such bin\n  at x"))
    'no such bin'
    """
    text = str(error)
    lost = _LOST.search(text)
    if lost is not None:
        return f"{lost.group(1)} was lost: {lost.group(2)}"
    if _DIED in text:
        return "the process of a worker died. It may have run out of memory, or was killed"
    raised = [(kind, said) for kind, said in _RAISED.findall(text) if kind not in _SPARK_WRAPPERS]
    if not raised:
        causes = _CAUSED.findall(text)
        return str(causes[-1]) if causes else text.strip().partition("\n")[0]
    return named(*raised[0])


def named(kind: str, said: str) -> str:
    """Return what was said, with the kind of the error where that tells more."""
    return said if kind.startswith(("Synapse", "LightGBM", "Value")) else f"{kind}: {said}"
