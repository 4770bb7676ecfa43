from __future__ import annotations

import dataclasses
import getpass
import pickle
import traceback
import warnings
from pathlib import Path
from typing import Any

import pytest

from synapse_magic import SynapseError
from synapse_magic.http import secret
from synapse_magic.http.secret import Secret
from synapse_magic.http.service.packing import Unit

VALUE = "s3cret-of-the-test"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of questions that were asked, each answered with the secret."""
    questions: list[str] = []
    monkeypatch.setattr(secret, "_asked", {})
    monkeypatch.setattr(getpass, "getpass", lambda asked: questions.append(asked) or VALUE)
    return questions


@pytest.fixture(params=["env", "file", "prompt", "call"])
def each(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    typed: list[str],
) -> Secret:
    """Give a secret of each kind, all of the same value."""
    monkeypatch.setenv("KEY_OF_THE_TEST", VALUE)
    (tmp_path / "key").write_text(f"{VALUE}\n")
    made: dict[str, Secret] = {
        "env": Secret.env("KEY_OF_THE_TEST"),
        "file": Secret.file(tmp_path / "key"),
        "prompt": Secret.prompt("the key"),
        "call": Secret.call(vault),
    }
    return made[str(request.param)]


def vault() -> str:
    return VALUE


def test_a_secret_is_found_at_its_place_and_shows_that_alone(each: Secret) -> None:
    assert each.reveal() == VALUE
    assert ("Bearer " + each).reveal() == f"Bearer {VALUE}"
    assert ("Basic " + ("x:" + each)).reveal() == f"Basic x:{VALUE}"
    assert VALUE not in f"{each!r} {each!s}"


def test_text_that_shows_a_secret_is_code_that_makes_it(each: Secret) -> None:
    bearer = "Bearer " + each
    assert eval(repr(bearer), {"Secret": Secret, "vault": vault}) == bearer
    assert bearer != each
    assert Secret.from_reference(bearer.reference()) == bearer


def test_a_secret_travels_without_its_value_in_sight(each: Secret) -> None:
    each.reveal()
    sent = pickle.dumps("Bearer " + each)
    assert VALUE.encode() not in sent
    assert pickle.loads(sent).reveal() == f"Bearer {VALUE}"


def test_a_secret_cannot_get_lost_in_text(each: Secret) -> None:
    with pytest.raises(SynapseError, match="'Bearer ' \\+ Secret"):
        f"Bearer {each}"


def test_what_was_typed_is_asked_once_and_is_in_its_pickle_anew_each_time(
    typed: list[str],
) -> None:
    first, second = Secret.prompt("Key of the service"), Secret.prompt("Key of the service")
    assert typed == []
    assert pickle.dumps(first) != pickle.dumps(first)  # the mask is another one
    first.ask()
    assert second.reveal() == VALUE
    assert typed == ["Key of the service: "]
    Secret.env("NOT_THERE").ask()  # nobody is asked for


def test_a_worker_asks_nobody(typed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    sent = pickle.dumps(Secret.prompt("x"))
    monkeypatch.setattr(secret, "_asked", {})
    assert pickle.loads(sent).reveal() == VALUE
    assert typed == ["x: "]


@pytest.mark.parametrize("problem", [EOFError(), NotImplementedError(), "shown"])
def test_where_nobody_can_type_unseen_that_is_said(
    monkeypatch: pytest.MonkeyPatch, problem: Any
) -> None:
    def ask(_: str) -> str:
        if isinstance(problem, Exception):
            raise problem
        warnings.warn("Can not control echo", getpass.GetPassWarning)
        return VALUE

    monkeypatch.setattr(getpass, "getpass", ask)
    with pytest.raises(SynapseError, match=r"nobody can be asked here.*Try: Secret.env"):
        Secret.prompt("y").reveal()


def test_a_secret_that_is_not_found_is_told_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(SynapseError, match=r"NOT_THERE.*no such environment variable.*Try: "):
        Secret.env("NOT_THERE").reveal()
    with pytest.raises(SynapseError, match=r"none.*cannot be read: No such file"):
        Secret.file(tmp_path / "none").reveal()
    with pytest.raises(SynapseError, match=r"Secret.call takes a function, got a str"):
        Secret.call("x")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is empty"),
        (" ", "is empty"),
        (None, "gives a NoneType"),
        (f"{VALUE}\nx", "line break"),
        (f"é{VALUE}", "beyond ASCII"),
    ],
)
def test_a_value_that_cannot_be_sent_is_told_without_it(value: Any, said: str) -> None:
    with pytest.raises(SynapseError, match=said) as refused:
        Secret.call(lambda: value).reveal()
    assert VALUE not in str(refused.value)


def test_of_what_a_vault_raises_only_the_kind_is_told() -> None:
    def ask_vault() -> str:
        raise PermissionError(f"the token {VALUE} has run out")

    with pytest.raises(SynapseError, match=r"Secret.call\(ask_vault\) failed: Perm") as refused:
        Secret.call(ask_vault).reveal()
    shown = "".join(traceback.format_exception(refused.value))
    assert VALUE not in shown


def test_a_secret_is_kept_a_minute_and_then_looked_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(secret.time, "monotonic", lambda: now[0])
    values = iter(["old", "new"])
    key = "Bearer " + Secret.call(lambda: next(values))
    assert [key.reveal(), key.reveal()] == ["Bearer old"] * 2
    now[0] += 61
    assert key.reveal() == "Bearer new"


def test_what_was_found_is_in_no_text_of_what_holds_it(each: Secret) -> None:
    each.reveal()
    assert VALUE not in f"{vars(each)} {dataclasses.asdict(each)}"
    assert VALUE not in repr(Unit([1], {"subscriptionKey": VALUE}))


@pytest.mark.parametrize("given", [5, None, b"KEY", "", " "])
def test_a_place_that_is_no_text_is_refused_where_it_is_given(given: Any) -> None:
    for kind, what in (("env", "name of an env"), ("file", "path of a file"), ("prompt", "what a")):
        with pytest.raises(SynapseError, match=rf"Secret.{kind} takes (the )?{what}.*, got an? "):
            getattr(Secret, kind)(given)
