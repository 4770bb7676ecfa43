"""Making sure that the workers of Spark can run our code: looked at once, mended where possible.

Functions that run on executors import ``synapse_magic.kernels`` and native libraries. Our own
code is pure Python and can be sent along; a library with native parts has to be there already.
"""

from __future__ import annotations

import atexit
import json
import shutil
import sys
import tempfile
import weakref
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError
from synapse_magic.spark import driver, session
from synapse_magic.spark.target import one_machine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

PACKAGE = "synapse_magic"
# Library -> what to pip install; those which are looked for on the workers.
LIBRARIES = {
    "aiohttp": "aiohttp",
    "lightgbm": "lightgbm",
    "numpy": "numpy",
    "pyarrow": "pyarrow",
    "requests": "requests",
    "scipy": "scipy",
}
NEEDED = ("lightgbm", "numpy", "pyarrow", "scipy")
"""Those of them that are needed unless others are named."""


@dataclass(frozen=True)
class Workers:
    """What one task found on its worker.

    Attributes
    ----------
    python
        Major and minor version, such as "3.11".
    package
        Digest of the ``synapse_magic`` found there, None without one.
    libraries
        Version of each library, None where it is missing or does not load.
    shipped
        Whether our code had to be sent along.
    """

    python: str
    package: str | None
    libraries: dict[str, str | None]
    shipped: bool = False


_checked: weakref.WeakKeyDictionary[Any, Workers] = weakref.WeakKeyDictionary()


def ensure_workers(spark: SparkSession, needs: Iterable[str] = NEEDED) -> Workers | None:
    """Check the workers of ``spark`` once, and send our code to them where it is not.

    Parameters
    ----------
    spark : SparkSession
    needs : iterable of str
        Names of ``LIBRARIES`` that they must have.

    Returns
    -------
    Workers
        What was found; None in a local session started here: its workers are this interpreter.

    Raises
    ------
    SynapseError
        For another version of Python, or a library that is missing, with the line to install it.
    """
    if _workers_are_here(spark):
        return None
    if spark not in _checked:
        _checked[spark] = _check(spark)
    found = _checked[spark]
    if any(found.libraries[name] is None for name in needs):  # it may have been installed since
        found = _checked[spark] = replace(found, libraries=probe(spark).libraries)
    _require_libraries(found, needs, _other_python(spark))
    return found


def map_in_arrow(
    frame: DataFrame,
    work: Callable[..., Any],
    schema: StructType | str,
    *,
    barrier: bool = False,
    needs: Iterable[str] = NEEDED,
) -> DataFrame:
    """Run ``work`` on the workers over the Arrow batches of a frame.

    As ``DataFrame.mapInArrow``, with workers that are sure to have our code and the libraries that
    it ``needs``.
    """
    ensure_workers(frame.sparkSession, needs)
    return frame.mapInArrow(work, schema, barrier=barrier)


def _workers_are_here(spark: SparkSession) -> bool:
    found = session.session_of(spark)
    return found is not None and found.owned and found.kind in ("local", "connect-local")


def _check(spark: SparkSession) -> Workers:
    found = probe(spark)
    _require_same_python(found)
    if found.package == package_digest(_package_folder()):
        return found
    driver.ship(spark, str(package_zip()))
    return Workers(found.python, found.package, found.libraries, shipped=True)


def probe(spark: SparkSession) -> Workers:
    """Ask one task what its worker has."""
    look = _look(PACKAGE, tuple(LIBRARIES), _digest_function())
    try:
        answer = spark.range(1).mapInArrow(look, "answer string").collect()[0].answer
    except Exception as failure:
        raise _probe_failure(failure, _other_python(spark)) from failure
    return Workers(**json.loads(answer))


def _look(
    package: str, libraries: tuple[str, ...], digest: Callable[[str], str]
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return the function for the worker: nested, so that it travels by value, without us."""

    def look(batches: Iterator[Any]) -> Iterator[Any]:
        import ctypes
        import importlib.util
        import json
        import os
        import sys
        from importlib.metadata import PackageNotFoundError, version

        import pyarrow

        def find(name: str) -> str | None:
            """Return the version without importing, which takes seconds for some of them."""
            spec = importlib.util.find_spec(name)
            if spec is None or spec.origin is None:
                return None
            native = os.path.join(os.path.dirname(spec.origin), "lib", f"lib_{name}.so")
            try:
                if os.path.exists(native):
                    ctypes.CDLL(native)
                return version(name)
            except PackageNotFoundError:
                return ""  # there, only not by pip
            except OSError:
                return None  # a library of the system is missing

        versions = {name: find(name) for name in libraries}
        spec = importlib.util.find_spec(package)
        folder = os.path.dirname(spec.origin) if spec and spec.origin else None
        answer = {
            "python": f"{sys.version_info[0]}.{sys.version_info[1]}",
            "package": digest(folder) if folder else None,
            "libraries": versions,
        }
        for _ in batches:
            yield pyarrow.RecordBatch.from_pydict({"answer": [json.dumps(answer)]})

    return look


def _digest_function() -> Callable[[str], str]:
    """Return a function that tells two copies of a folder of Python files apart, by value."""

    def digest(folder: str) -> str:
        import hashlib
        import os

        total = hashlib.sha256()
        for place, folders, files in sorted(os.walk(folder)):
            folders.sort()
            for name in sorted(file for file in files if file.endswith(".py")):
                path = os.path.join(place, name)
                with open(path, "rb") as content:
                    total.update(os.path.relpath(path, folder).encode() + content.read())
        return total.hexdigest()

    return digest


def package_digest(folder: Path) -> str:
    """Return the digest of the Python files under ``folder``, as the workers make it."""
    return _digest_function()(str(folder))


def _require_same_python(found: Workers) -> None:
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if found.python != ours:
        raise SynapseError(
            f"The workers run Python {found.python} and this notebook Python {ours}; both must "
            f"be the same. Try: start the notebook with Python {found.python}, or set "
            "PYSPARK_PYTHON to the workers' path of a fitting Python before %synapse start"
        )


def _require_libraries(found: Workers, needs: Iterable[str], hint: str) -> None:
    missing = [LIBRARIES[name] for name in needs if found.libraries[name] is None]
    if missing:
        raise _lack(missing, hint)


def _lack(missing: list[str], hint: str) -> SynapseError:
    wanted = " ".join(_pinned(name) for name in missing)
    install = f"Try on each of them: pip install {wanted}"
    return SynapseError(f"The workers lack {', '.join(missing)}. {install}{hint}")


def _other_python(spark: SparkSession) -> str:
    """Return what to try where the workers of this machine may be another Python than this."""
    if not one_machine(session.master_of(spark)):
        return ""
    return (
        ". If it is there, they run another Python than this notebook. Try: a session by "
        "%synapse start, or before yours is made: "
        f"os.environ['PYSPARK_PYTHON'] = {sys.executable!r}"
    )


def _pinned(name: str) -> str:
    """Return the requirement by which a worker gets the version that is here."""
    try:
        return f"{name}=={version(name)}"
    except PackageNotFoundError:
        return name


def _probe_failure(failure: Exception, hint: str) -> SynapseError:
    text = str(failure)
    if "PYTHON_VERSION_MISMATCH" in text or "different version in worker" in text:
        detail = next(line for line in text.splitlines() if "version" in line).strip()
        return SynapseError(
            f"The workers run another Python than this notebook: {detail} Try: the same minor "
            "version on both, with PYSPARK_PYTHON set before %synapse start"
        )
    for name in ("pyarrow", "pandas"):
        if f"No module named '{name}'" in text or f"{name} >=" in text.lower():
            return _lack([name], hint)
    return SynapseError(
        f"A first task on the workers failed: {text.strip().splitlines()[0]} "
        "Try: the Spark UI shows the log of the task"
    )


def _package_folder() -> Path:
    return Path(__file__).resolve().parents[1]


def package_zip() -> Path:
    """Return a zip file of our Python files, kept until this process ends.

    Executors fetch it from the driver when their first task comes, which may be late.
    """
    folder = _package_folder()
    digest = package_digest(folder)[:16]
    made = Path(tempfile.mkdtemp(prefix="synapse-magic-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    target = made / f"{PACKAGE}-{digest}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.py")):
            archive.write(path, Path(PACKAGE) / path.relative_to(folder))
    return target
