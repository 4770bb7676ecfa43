"""Where Spark runs: the spellings of a master, checked before anything is started.

Pure text work, so that a typing mistake is answered at once and not after a JVM came up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from synapse_magic.errors import SynapseError, closest

Kind = Literal["local", "local-cluster", "spark", "yarn", "k8s", "connect", "connect-local"]

_PATTERNS: dict[Kind, str] = {
    "local": r"local(\[(\*|[1-9]\d*)(,[1-9]\d*)?\])?",
    "local-cluster": r"local-cluster\[[1-9]\d*,\s*[1-9]\d*,\s*[1-9]\d*\]",
    "spark": r"spark://[^\s/]+:\d+(,[^\s/]+:\d+)*",
    "yarn": r"yarn",
    "k8s": r"k8s://\S+",
    "connect-local": r"sc://local(\[(\*|[1-9]\d*)\])?/?",
    "connect": r"sc://[^\s/;:]+(:\d+)?(/(;\S*)?)?",
}
SPELLINGS = (
    "local[*]",
    "local[2]",
    "sc://local[*]",
    "sc://host:15002",
    "spark://host:7077",
    "local-cluster[2,1,1024]",
    "yarn",
    "k8s://https://host:6443",
)
# The settings people set by hand most; used only to suggest the one that was meant.
KNOWN_SETTINGS = (
    "spark.app.name",
    "spark.default.parallelism",
    "spark.driver.cores",
    "spark.driver.extraClassPath",
    "spark.driver.extraJavaOptions",
    "spark.driver.host",
    "spark.driver.maxResultSize",
    "spark.driver.memory",
    "spark.driver.memoryOverhead",
    "spark.dynamicAllocation.enabled",
    "spark.dynamicAllocation.maxExecutors",
    "spark.dynamicAllocation.minExecutors",
    "spark.executor.cores",
    "spark.executor.extraJavaOptions",
    "spark.executor.instances",
    "spark.executor.memory",
    "spark.executor.memoryOverhead",
    "spark.executor.pyspark.memory",
    "spark.jars",
    "spark.jars.packages",
    "spark.kryoserializer.buffer.max",
    "spark.local.dir",
    "spark.memory.fraction",
    "spark.network.timeout",
    "spark.python.worker.memory",
    "spark.python.worker.reuse",
    "spark.serializer",
    "spark.sql.adaptive.enabled",
    "spark.sql.ansi.enabled",
    "spark.sql.autoBroadcastJoinThreshold",
    "spark.sql.caseSensitive",
    "spark.sql.catalogImplementation",
    "spark.sql.execution.arrow.maxRecordsPerBatch",
    "spark.sql.execution.arrow.pyspark.enabled",
    "spark.sql.extensions",
    "spark.sql.files.maxPartitionBytes",
    "spark.sql.session.timeZone",
    "spark.sql.shuffle.partitions",
    "spark.sql.warehouse.dir",
    "spark.submit.pyFiles",
    "spark.task.cpus",
    "spark.ui.enabled",
    "spark.ui.port",
)


@dataclass(frozen=True)
class Target:
    """A checked master.

    Attributes
    ----------
    kind
        Which way of running Spark it is.
    url
        What Spark is given: a master, or the address of a Spark Connect server.
    shown
        The same without a token, for people and logs.
    """

    kind: Kind
    url: str
    shown: str

    @property
    def slots(self) -> int | None:
        """How many tasks a ``local-cluster`` runs at once; None where the text does not tell."""
        if self.kind != "local-cluster":
            return None
        workers, cores, _ = (int(number) for number in re.findall(r"\d+", self.url))
        return workers * cores


def parse_target(master: str, token: str | None = None) -> Target:
    """Check a master and say what kind it is.

    ``sc://local`` and ``sc://local[n]`` mean a Spark Connect server on this machine, started
    with the session.

    Raises
    ------
    SynapseError
        For a spelling that is none of Spark's, or a token where none is used.

    Examples
    --------
    >>> parse_target("local[2]").kind
    'local'
    >>> parse_target("sc://spark.example:15002", token="secret").shown
    'sc://spark.example:15002'
    """
    kind = _kind(master.strip())
    url = shown = master.strip()
    if kind == "connect-local":
        url = url.removeprefix("sc://").rstrip("/")
        url = "local[*]" if url == "local" else url
    elif kind == "connect":
        shown, _, params = url.partition("/;")
        shown = shown.rstrip("/")
        params = ";".join(part for part in (params, token and f"token={token}") if part)
        url = f"{shown}/;{params}" if params else shown
    if token is not None and kind != "connect":
        raise SynapseError(f"A token is for sc://host:port, not for {master}. Try: leave it out")
    return Target(kind, url, shown)


def _kind(master: str) -> Kind:
    for kind, pattern in _PATTERNS.items():
        if re.fullmatch(pattern, master):
            return kind
    # A token may be part of the address, and an error ends in the saved notebook.
    shown = master.partition(";")[0]
    hint = closest(shown, SPELLINGS) or "Try: local[*]"
    raise SynapseError(
        f"Unknown Spark master {shown!r}. Expected one of {', '.join(SPELLINGS)}. {hint}"
    )


def one_machine(master: str) -> bool:
    """Say whether a master is known to run all workers on the machine that it was started on.

    Examples
    --------
    >>> one_machine("sc://local[2]"), one_machine("sc://localhost:15002")
    (True, False)
    """
    return re.match(r"local($|(-cluster)?\[)", master.removeprefix("sc://")) is not None


def host_and_port(url: str) -> tuple[str, int]:
    """Return the host and port of an ``sc://`` address; 15002 is Spark's own default port.

    Examples
    --------
    >>> host_and_port("sc://spark.example/;token=x")
    ('spark.example', 15002)
    """
    place = url.removeprefix("sc://").partition("/")[0]
    host, _, port = place.partition(":")
    return host, int(port or 15002)


def check_settings(conf: Mapping[str, object]) -> dict[str, str]:
    """Return the settings as Spark's text, refusing names that Spark would ignore.

    Raises
    ------
    SynapseError
        For a name without the ``spark.`` prefix, or one letter away from a known name.

    Examples
    --------
    >>> check_settings({"spark.sql.ansi.enabled": False})
    {'spark.sql.ansi.enabled': 'false'}
    """
    checked: dict[str, str] = {}
    for name, value in conf.items():
        _check_name(name)
        checked[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return checked


def _check_name(name: str) -> None:
    hint = closest(name, KNOWN_SETTINGS)
    if not name.startswith("spark."):
        hint = hint or closest(f"spark.{name}", KNOWN_SETTINGS)
        raise SynapseError(f"Unknown setting {name!r}: names begin with 'spark.'. {hint}".rstrip())
    if name not in KNOWN_SETTINGS and any(_one_slip(name, known) for known in KNOWN_SETTINGS):
        raise SynapseError(f"Unknown setting {name!r}. {hint}")


def _one_slip(name: str, known: str) -> bool:
    """Say whether one letter added, dropped, changed, or in another case makes ``known``."""
    if name.lower() == known.lower():
        return True
    if abs(len(name) - len(known)) > 1:
        return False
    short, long = sorted((name, known), key=len)
    differ = next((i for i, (a, b) in enumerate(zip(short, long)) if a != b), len(short))
    step = 1 if len(short) == len(long) else 0
    return short[differ + step :] == long[differ + 1 :]


def check_memory(memory: str) -> str:
    """Return ``memory`` when Spark reads it as a size.

    Examples
    --------
    >>> check_memory("8g")
    '8g'
    """
    if not re.fullmatch(r"[1-9]\d*[kmgt]b?", memory, re.IGNORECASE):
        raise SynapseError(
            f"memory must be a number and a unit (k, m, g, t), got {memory!r}. Try: memory='8g'"
        )
    return memory
