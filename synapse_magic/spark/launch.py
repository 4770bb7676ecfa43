"""Bringing Spark up: a JVM and a session in it, or a connection to a Spark Connect server.

Everything here runs before there is a session; what works on one is in ``session``.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import re
import secrets
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError
from synapse_magic.spark import quiet
from synapse_magic.spark.java import Java, find_java
from synapse_magic.spark.target import Target, host_and_port

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_DEFAULTS = {
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
_LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
# Progress over Connect is sent every two seconds unless the session asks for more.
CONNECT_SETTINGS = {"spark.connect.progress.reportInterval": "500ms"}
_LOCAL_SERVER = CONNECT_SETTINGS | {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    # Any free port: several notebooks on one machine each have their own server.
    "spark.connect.grpc.binding.port": "0",
}
# What a JVM reads once, when it starts.
_JVM_SETTINGS = re.compile(r"spark\.driver\.(memory|extra|defaultJava)|spark\.jars|spark\.submit")
TOKEN_VARIABLE = "SPARK_CONNECT_AUTHENTICATE_TOKEN"
_LATE_SECONDS = 2.0
"""What a JVM says of a failure may come after it."""
_ON_THIS_MACHINE = ("local", "local-cluster", "connect-local")


@dataclass(frozen=True)
class Started:
    """A session that has come up, the Java under it, and the settings it could not take."""

    spark: SparkSession
    java: Java | None
    ignored: tuple[str, ...]


def connect(target: Target, timeout: float) -> SparkSession:
    """Return a new session on the Spark Connect server at ``target``.

    Raises
    ------
    SynapseError
        Within about ``timeout`` seconds when nothing that speaks Connect answers there: the
        client of PySpark alone would try for ten minutes.
    """
    host, port = host_and_port(target.url)
    remote_session = _connect_class()
    _require_answer(host, port, target, timeout)
    import grpc
    from pyspark.errors import PySparkException

    before = remote_session._default_session
    try:
        spark = remote_session.builder.remote(target.url).create()
        spark.version  # noqa: B018  the first call that the server has to answer
    except (PySparkException, grpc.RpcError) as refused:
        _make_active(remote_session, before)
        said = re.search(r'details = "(.*?)"', str(refused))
        reason = said.group(1) if said else str(refused).splitlines()[0]
        raise SynapseError(
            f"The Spark Connect server at {host}:{port} refused the session: {reason}. "
            "Try: check the token and the version of the server"
        ) from refused
    # What PySpark's own builder sets, and what its functions ask before they touch a JVM.
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
    _make_active(remote_session, spark)
    return spark


def _make_active(remote_session: Any, spark: SparkSession | None) -> None:
    """Make ``spark`` the session that ``pyspark.ml`` finds, also where an older one is active."""
    remote_session._active_session.session = spark
    with remote_session._lock:
        remote_session._default_session = spark


def _connect_class() -> Any:
    try:
        from pyspark.sql.connect.session import SparkSession
    except ImportError as missing:
        raise SynapseError(
            f"Spark Connect needs more than is installed: {missing}. Try: pip install "
            "'pyspark[connect]'"
        ) from missing
    return SparkSession


def _require_answer(host: str, port: int, target: Target, timeout: float) -> None:
    """Check the socket, then that Connect's protocol is spoken on it."""
    problem = SynapseError(
        f"No Spark Connect server answers at {host}:{port} (waited {timeout:g} s). "
        "Try: check the address, and that the server is up and reachable from here"
    )
    began = time.monotonic()
    try:
        socket.create_connection((host, port), timeout=timeout).close()
    except OSError as unreachable:
        raise problem from unreachable
    import grpc
    from pyspark.sql.connect.client import core

    # Spark 4 renamed it.
    builder: Any = getattr(core, "DefaultChannelBuilder", core.ChannelBuilder)
    channel = builder(target.url).toChannel()
    try:
        left = max(1.0, timeout - (time.monotonic() - began))
        grpc.channel_ready_future(channel).result(timeout=left)
    except grpc.FutureTimeoutError as silent:
        raise problem from silent
    finally:
        channel.close()


def start_with_jvm(target: Target, settings: Mapping[str, str]) -> Started:
    """Start a JVM, unless this process has one already, and a session in it.

    The JVM outlives the session: objects of ``pyspark.ml`` and Python functions made before a
    stop point into it. Settings that only a new JVM could take are therefore given back.
    """
    _require(target)
    running = _jvm_runs()
    wanted = _defaults(target) | dict(settings)
    java = None if running else find_java(newest=newest_java())
    hold_jvm_errors()
    threading.Thread(target=_import_early, name="synapse-imports", daemon=True).start()
    with quiet.environment(**_environment(target, java)):
        if not running:
            _launch_jvm(wanted, java)
        begin = _begin_connect if target.kind == "connect-local" else _begin_classic
        spark = begin(target, wanted)
    errors = _jvm_errors()
    if errors is not None:
        errors.release()
    ignored = tuple(key for key in wanted if _JVM_SETTINGS.match(key)) if running else ()
    return Started(spark, java, ignored)


def _import_early() -> None:
    """Import what the first query needs while the JVM comes up.

    PySpark imports pandas inside its functions: an interrupt of the first cell would land
    there, and a half imported pandas stays broken until the kernel is restarted.
    """
    for module in ("pyarrow", "pandas"):
        with contextlib.suppress(ImportError):  # told of where it is used
            importlib.import_module(module)


def hold_jvm_errors(seconds: float = math.inf) -> None:
    """Hold back what our JVM says on standard error, until the next start at the latest."""
    errors = _jvm_errors() if "pyspark" in sys.modules else None
    if errors is not None:
        errors.hold(seconds)


@contextlib.contextmanager
def without_jvm_errors() -> Iterator[None]:
    """Hold back what our JVM says of failures that are expected, for the length of the block."""
    hold_jvm_errors()
    try:
        yield
    finally:
        errors = _jvm_errors()
        if errors is not None:
            errors.release()
            errors.hold(_LATE_SECONDS)


def _jvm_errors() -> quiet.JvmErrors | None:
    from pyspark import SparkContext

    return getattr(SparkContext._gateway, "synapse_errors", None)


def _jvm_runs() -> bool:
    """Say whether this process has a JVM that answers, and forget one that has died."""
    from py4j.protocol import Py4JError
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    gateway = SparkContext._gateway
    if gateway is None:
        return False
    try:
        gateway.jvm.java.lang.System.currentTimeMillis()
        return True
    except (Py4JError, OSError):
        context = SparkContext._active_spark_context
        if context is not None:
            context._jsc = None  # else stop would try to reach the JVM, and warn
            context.stop()
        SparkContext._gateway = SparkContext._jvm = None
        SparkSession._instantiatedSession = SparkSession._activeSession = None
        return False


def _require(target: Target) -> None:
    try:
        import pyspark
    except ImportError as missing:
        raise SynapseError("pyspark is not installed. Try: pip install pyspark") from missing
    jars = Path(pyspark.__file__).parent / "jars"
    if target.kind == "connect-local" and not list(jars.glob("spark-connect_*.jar")):
        raise SynapseError(
            f"PySpark {pyspark.__version__} carries no Spark Connect server. "
            "Try: local[*] instead, or pip install 'pyspark[connect]>=4'"
        )
    if sys.platform != "win32" and shutil.which("bash") is None:
        raise SynapseError(
            "Spark is started by shell scripts and there is no bash on PATH. Try: install bash"
        )


def _defaults(target: Target) -> dict[str, str]:
    wanted = dict(_DEFAULTS)
    if target.kind in _ON_THIS_MACHINE:
        wanted |= _LOOPBACK
    if target.kind == "connect-local":
        wanted |= _LOCAL_SERVER
    return wanted


def newest_java() -> int | None:
    """Return the newest Java that the installed Spark runs on, None where none is too new.

    The Hadoop of Spark before 4.1 calls the security manager, which Java 24 took away.
    """
    from pyspark import __version__

    major, minor = (int(part) for part in __version__.split(".")[:2])
    return 23 if (major, minor) < (4, 1) else None


def _environment(target: Target, java: Java | None) -> dict[str, str | None]:
    """Return the variables for the start alone, so that the user's own stay as they are."""
    here = target.kind in _ON_THIS_MACHINE
    python = sys.executable if here else os.environ.get("PYSPARK_PYTHON", sys.executable)
    values: dict[str, str | None] = {
        "SPARK_REMOTE": None,
        "PYSPARK_PYTHON": python,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    if java is not None:
        values["JAVA_HOME"] = str(java.home)
    if here:
        # The Spark UI and the local cluster take their address from here.
        values["SPARK_LOCAL_IP"] = "127.0.0.1"
    if target.kind in ("local", "connect-local"):
        values["PYTHONPATH"] = _python_path()
    return values


def _python_path() -> str | None:
    """Return a PYTHONPATH by which workers on this machine find the package as we do."""
    found = os.environ.get("PYTHONPATH")
    root = Path(__file__).resolve().parents[2]
    if root.name in ("site-packages", "dist-packages"):
        return found
    return os.pathsep.join([str(root), *filter(None, [found])])


def _launch_jvm(settings: Mapping[str, str], java: Java | None) -> None:
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    errors = quiet.JvmErrors()
    conf = SparkConf(loadDefaults=False)
    conf.setAll(list(settings.items()))
    try:
        gateway = launch_gateway(conf, {"stderr": errors.entry})
    except (RuntimeError, OSError) as failure:
        said = [line.strip() for line in errors.tail().splitlines() if line.strip()]
        detail = said[-1] if said else str(failure)
        raise SynapseError(
            f"Spark's JVM did not start with {java.reason if java else 'its Java'}: {detail}. "
            "Try: synapse-magic doctor"
        ) from failure
    finally:
        errors.close_entry()
    gateway.synapse_errors = errors
    SparkContext._ensure_initialized(gateway=gateway)


def _begin_classic(target: Target, settings: Mapping[str, str]) -> SparkSession:
    from py4j.protocol import Py4JError
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(target.url)
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Py4JError as failure:
        raise _not_started(target, failure) from failure


def _begin_connect(target: Target, settings: Mapping[str, str]) -> SparkSession:
    """Start a Connect server in this process's JVM and a session on it.

    What ``SparkSession.builder.remote("local")`` does, except that the server takes any free
    port, while PySpark's own way knows one port only.
    """
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    remote_session = _connect_class()
    names = ("SPARK_LOCAL_REMOTE", "SPARK_CONNECT_MODE_ENABLED")
    os.environ.update(dict.fromkeys(names, "1"))
    # The client reads the token from the environment, and so would a JVM started after this;
    # ours is there already, and without a token its server would serve everybody on the machine.
    token = os.environ.setdefault(TOKEN_VARIABLE, secrets.token_urlsafe(32))
    try:
        remote_session._start_connect_server(
            target.url, {**settings, "spark.connect.authenticate.token": token}
        )
    except Py4JError as failure:
        for name in (*names, TOKEN_VARIABLE):
            os.environ.pop(name, None)
        raise _not_started(target, failure) from failure
    classes: Any = SparkContext._gateway.jvm  # type: ignore[union-attr]
    service = getattr(classes, "org.apache.spark.sql.connect.service.SparkConnectService$")
    port = getattr(service, "MODULE$").localPort()
    spark = remote_session.builder.remote(f"sc://localhost:{port}").create()
    _make_active(remote_session, spark)
    return spark


def _not_started(target: Target, failure: Exception) -> SynapseError:
    java_exception = getattr(failure, "java_exception", None)
    text = str(java_exception.toString() if java_exception is not None else failure)
    detail = re.sub(r"^[\w.$]+(Exception|Error): ", "", text.strip().splitlines()[0])
    return SynapseError(
        f"Spark did not start on {target.shown}: {detail}. "
        "Try: check the master and the settings, or synapse-magic doctor"
    )
