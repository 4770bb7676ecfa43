"""Starting Spark, finding the session that is there, and ending what was started here."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from synapse_magic.errors import SynapseError, closest
from synapse_magic.spark import launch, quiet
from synapse_magic.spark.cached import Cached, cached
from synapse_magic.spark.driver import (
    await_executors,
    cached_bytes,
    heap,
    is_alive,
    is_local_connect,
    running_jobs,
    ui_address,
)
from synapse_magic.spark.driver import (
    is_connect as is_connect,
)
from synapse_magic.spark.driver import (
    master_of as master_of,
)
from synapse_magic.spark.driver import (
    slots as slots,
)
from synapse_magic.spark.java import Java
from synapse_magic.spark.target import Kind, Target, check_memory, check_settings, parse_target

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DEFAULT_NAME = "main"
_sessions: dict[str, Session] = {}
_current: str | None = None


@dataclass(eq=False)
class Session:
    """A Spark session and what is known of it.

    Attributes
    ----------
    name
        The name it was started under.
    spark
        The session itself.
    master
        Where it runs, without any token.
    owned
        Whether it was started here, and is therefore ended by ``stop``.
    api
        "classic" or "connect".
    version
        Of Spark.
    slots
        How many tasks ran at once when it was started.
    ui
        Address of the Spark UI, None where there is none or it is not known.
    app
        Name of the application.
    ignored
        Settings asked for which a session that already runs cannot take.
    java
        The Java chosen for a JVM started here.
    seconds
        How long the start took.
    """

    name: str
    spark: SparkSession
    master: str
    owned: bool
    api: Literal["classic", "connect"]
    version: str
    slots: int
    ui: str | None
    app: str
    ignored: tuple[str, ...] = ()
    java: Java | None = None
    seconds: float = 0.0
    stopped: bool = field(default=False, repr=False)

    @property
    def kind(self) -> Kind:
        """Which way of running Spark it is, such as "local" or "connect"."""
        return parse_target(self.master).kind

    def status(self) -> dict[str, object]:
        """Return what is known as plain values, with ``alive`` found out anew."""
        shown = ("name", "master", "owned", "api", "version", "slots", "ui", "app", "ignored")
        alive = not self.stopped and is_alive(self.spark)
        return {name: getattr(self, name) for name in shown} | {"alive": alive}

    def usage(self) -> dict[str, object]:
        """Return running jobs, heap and cached bytes at this moment; None where Spark is silent."""
        if self.stopped or not is_alive(self.spark):
            return {"jobs": None, "heap": None, "cached": None}
        asked = {"jobs": running_jobs, "heap": heap, "cached": cached_bytes}
        return {name: ask(self.spark) for name, ask in asked.items()}

    def cached(self, frames: Mapping[str, Any]) -> list[Cached] | None:
        """Return what is cached, frames by their names; None where Spark does not tell."""
        if self.stopped or not is_alive(self.spark):
            return []
        return cached(self.spark, frames)

    def stop(self) -> str:
        """End the session if it was started here, let go of it if not, and say which."""
        _forget(self)
        if self.stopped:
            return f"Spark on {self.master} was stopped before."
        self.stopped = True
        if not self.owned:
            return (
                f"Let go of Spark on {self.master}, which keeps running: it was started elsewhere."
            )
        _end(self.spark)
        return f"Stopped Spark on {self.master}."


def start(
    master: str | None = None,
    *,
    name: str = DEFAULT_NAME,
    app: str = "synapse_magic",
    conf: Mapping[str, object] | None = None,
    memory: str | None = None,
    token: str | None = None,
    timeout: float = 20.0,
) -> Session:
    """Start Spark, or attach to the session that is already there.

    Parameters
    ----------
    master
        ``local[*]`` (the default), ``local[2]``, ``sc://host:15002`` (Spark Connect),
        ``sc://local[2]`` (a Connect server on this machine, ended with the session),
        ``spark://host:7077``, ``local-cluster[2,1,1024]``, ``yarn`` or ``k8s://...``.
        None attaches to a session that already exists.
    name
        To tell several sessions apart; the newest is the current one.
    app
        Name shown in the Spark UI.
    conf
        Further Spark settings.
    memory
        Such as "8g": of the driver in local mode, of each executor elsewhere.
    token
        For a Spark Connect server; kept out of everything that is shown.
    timeout
        Seconds to wait for a Spark Connect server to answer.

    Raises
    ------
    SynapseError
        For an unknown master or setting, a server that does not answer, a Java that does not
        start, or another session in the way.

    Examples
    --------
    >>> session = start("local[2]")
    >>> session.slots
    2
    >>> session.stop()
    'Stopped Spark on local[2].'
    """
    global _current
    began = time.monotonic()
    target = _target(master, token)
    settings = check_settings(conf or {})
    if memory is not None:
        settings[_memory_setting(target)] = check_memory(memory)
    quiet.silence_connect_logger()
    session = _attach(name, target, settings)
    if session is None:
        session = _begin(name, target or parse_target("local[*]"), app, settings, timeout)
        session.seconds = time.monotonic() - began
    _sessions[name] = session
    _current = name
    return session


def _target(master: str | None, token: str | None) -> Target | None:
    if master is None and active_session() is None:
        master = os.environ.get("SPARK_REMOTE")
    if master is None:
        if token is not None:
            raise SynapseError("A token needs a server. Try: start('sc://host:15002', token=...)")
        return None
    return parse_target(master, token)


def _memory_setting(target: Target | None) -> str:
    in_driver = target is None or target.kind in ("local", "connect-local")
    return "spark.driver.memory" if in_driver else "spark.executor.memory"


def sessions() -> dict[str, Session]:
    """Return the sessions known by name, oldest first."""
    return dict(_sessions)


def current(name: str | None = None) -> Session:
    """Return the named session, or the newest; attaches to one that Spark already has.

    Raises
    ------
    SynapseError
        When there is none, none of that name, or it was stopped in the meantime.
    """
    wanted = _current if name is None else name
    if wanted is None or (name is None and wanted not in _sessions):
        if active_session() is None:
            raise SynapseError("No Spark session. Try: %synapse start")
        return start()
    if wanted not in _sessions:
        known = ", ".join(_sessions) or "none"
        hint = closest(wanted, _sessions) or f"Try: %synapse start -s {wanted}"
        raise SynapseError(f"No Spark session named {wanted!r}. Known: {known}. {hint}")
    session = _sessions[wanted]
    check_alive(session.spark)
    return session


def session_of(spark: SparkSession) -> Session | None:
    """Return what is known of ``spark`` itself, its owner first; None for one never seen here."""
    found = [session for session in _sessions.values() if session.spark is spark]
    return max(found, key=lambda session: session.owned, default=None)


def active_session() -> SparkSession | None:
    """Return the live session which this process already has, whoever made it."""
    if "pyspark" not in sys.modules:
        return None
    from py4j.protocol import Py4JError

    try:
        found = _active_classic() or _active_connect()
    except (Py4JError, OSError):
        return None  # the JVM itself is gone
    return found if found is not None and is_alive(found) else None


def _active_classic() -> SparkSession | None:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is None or is_local_connect():
        return None
    return SparkSession.builder.getOrCreate()


def _active_connect() -> Any:
    if "pyspark.sql.connect.session" not in sys.modules:
        return None
    from pyspark.sql.connect.session import SparkSession

    # The active session of Connect belongs to a thread, the default one to the process.
    found: Any = SparkSession.getActiveSession() or SparkSession._default_session
    return found


def check_alive(spark: SparkSession) -> None:
    """Raise a SynapseError when Spark was stopped under us."""
    if not is_alive(spark):
        raise SynapseError(
            "Spark was stopped since this session was made (by spark.stop(), a lost server or a "
            "crash). Try: %synapse start"
        )


def _end(spark: Any) -> None:
    local_server = is_connect(spark) and is_local_connect()
    if local_server or not is_connect(spark):
        launch.hold_jvm_errors()
    if is_connect(spark) and not is_alive(spark):
        spark.release_session_on_close = False  # there is nobody to tell
    spark.stop()
    if local_server:
        os.environ.pop(launch.TOKEN_VARIABLE, None)  # else later servers would be sent it


def _forget(session: Session) -> None:
    global _current
    if _sessions.get(session.name) is session:
        del _sessions[session.name]
    if _current == session.name:
        _current = next(reversed(_sessions), None)


def _attach(name: str, target: Target | None, settings: dict[str, str]) -> Session | None:
    """Return a Session around what already runs; None when something has to be started."""
    known = _sessions.get(name)
    usable = known is not None and not known.stopped and is_alive(known.spark)
    if known is not None and usable and (target is None or target.shown == known.master):
        known.ignored = _apply(known.spark, settings)
        return known
    found = active_session()
    if found is None:
        return None
    if target is None or (target.kind != "connect" and target.shown == master_of(found)):
        ours = session_of(found)
        session = _describe(name, found, owned=False, master=ours.master if ours else None)
        session.ignored = _apply(found, settings)
        return session
    if target.kind == "connect" and is_connect(found) and not is_local_connect():
        return None  # one process can talk to several servers
    _refuse_second(found, target)
    return None


def _refuse_second(found: SparkSession, target: Target) -> None:
    ours = session_of(found)
    end = "%synapse stop" if ours is not None and ours.owned else "spark.stop()"
    raise SynapseError(
        f"Spark on {master_of(found)} already runs in this Python process, which cannot start "
        f"{target.shown} beside it. Try: {end} first, or %synapse start to use what runs"
    )


def _apply(spark: SparkSession, settings: Mapping[str, str]) -> tuple[str, ...]:
    """Set what a running session can still take; return the names of the rest."""
    ignored = []
    for key, value in settings.items():
        if spark.conf.isModifiable(key):
            spark.conf.set(key, value)
        elif spark.conf.get(key, "") != value:
            ignored.append(key)
    return tuple(ignored)


def _describe(name: str, spark: SparkSession, *, owned: bool, master: str | None = None) -> Session:
    return Session(
        name=name,
        spark=spark,
        master=master or master_of(spark),
        owned=owned,
        api="connect" if is_connect(spark) else "classic",
        version=spark.version,
        slots=slots(spark),
        ui=ui_address(spark),
        app=spark.conf.get("spark.app.name", "") or "",
    )


def _begin(
    name: str, target: Target, app: str, settings: dict[str, str], timeout: float
) -> Session:
    wanted = {"spark.app.name": app} | settings
    if target.kind == "connect":
        spark = launch.connect(target, timeout)
        started = launch.Started(spark, None, _apply(spark, launch.CONNECT_SETTINGS | wanted))
    else:
        started = launch.start_with_jvm(target, wanted)
        if target.kind not in ("local", "connect-local"):
            await_executors(started.spark, target.slots or 1)
    session = _describe(name, started.spark, owned=True, master=target.shown)
    session.java, session.app = started.java, wanted["spark.app.name"]
    session.ignored = tuple(key for key in started.ignored if key in settings)
    return session
