from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.spark import shipping
from synapse_magic.spark.shipping import Workers, ensure_workers, package_zip, probe

ROOT = Path(__file__).resolve().parents[2]
OURS = f"{sys.version_info[0]}.{sys.version_info[1]}"
ALL = dict.fromkeys(shipping.LIBRARIES, "1.0")


def test_a_local_session_of_ours_needs_no_look(spark: SparkSession) -> None:
    assert ensure_workers(spark) is None


def test_a_look_finds_what_this_interpreter_has(spark: SparkSession) -> None:
    found = probe(spark)
    assert found.python == OURS
    assert found.package == shipping.package_digest(ROOT / "synapse_magic")
    assert None not in found.libraries.values()


def test_the_zip_holds_our_python_files_alone() -> None:
    names = zipfile.ZipFile(package_zip()).namelist()
    assert "synapse_magic/kernels/__init__.py" in names
    assert all(name.endswith(".py") for name in names)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (Workers("3.7", None, ALL), "The workers run Python 3.7 and this notebook Python"),
        (Workers(OURS, None, ALL | {"lightgbm": None}), "pip install lightgbm=="),
    ],
)
def test_what_cannot_be_sent_along_is_one_error(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, found: Workers, message: str
) -> None:
    monkeypatch.setattr(shipping, "probe", lambda spark: found)
    monkeypatch.setattr(shipping, "_workers_are_here", lambda spark: False)
    with pytest.raises(SynapseError, match=message):
        ensure_workers(spark)


def test_a_library_is_asked_for_where_it_is_needed(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = shipping.package_digest(ROOT / "synapse_magic")
    found = Workers(OURS, digest, ALL | {"aiohttp": None})
    monkeypatch.setattr(shipping, "_checked", {})
    monkeypatch.setattr(shipping, "probe", lambda spark: found)
    monkeypatch.setattr(shipping, "_workers_are_here", lambda spark: False)
    assert ensure_workers(spark) is found
    with pytest.raises(SynapseError, match="The workers lack aiohttp"):
        ensure_workers(spark, ("pyarrow", "aiohttp"))


def test_workers_without_this_very_code_get_it(tmp_path: Path, script: Callable[..., str]) -> None:
    # A copy with one file more: whatever is installed here, the workers cannot have it.
    shutil.copytree(ROOT / "synapse_magic", tmp_path / "copy" / "synapse_magic")
    (tmp_path / "copy" / "synapse_magic" / "kernels" / "only_here.py").write_text("SEEN = True\n")
    said = script(
        f"""
import os, sys
sys.path.insert(0, {str(tmp_path / "copy")!r})
from synapse_magic.spark import session as sessions
from synapse_magic.spark.shipping import ensure_workers
session = sessions.start("local-cluster[2,1,1024]", conf={{"spark.ui.enabled": False}})
print(session.slots)
found = ensure_workers(session.spark)
print(found.shipped, ensure_workers(session.spark) is found)
def use(batches):
    import pyarrow
    from synapse_magic.kernels.only_here import SEEN
    for batch in batches:
        yield pyarrow.RecordBatch.from_pydict({{"seen": [SEEN]}})
rows = session.spark.range(0, 2, 1, 2).mapInArrow(use, "seen boolean").collect()
print([row.seen for row in rows])
session.stop()
""",
        importable=False,
    )
    assert said.splitlines() == ["2", "True True", "[True, True]"]
