"""References to secrets: where a key is to be found, in place of the key itself."""

from __future__ import annotations

import getpass
import os
import secrets
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.http.header_signs import wrong_value

_KEPT_SECONDS = 60.0
_asked: dict[str, str] = {}  # what was typed in this process, by label


class _Held:
    """What was found, and until when it counts; no dataclass, whose text would show it."""

    def __init__(self, value: str | None = None, until: float = 0.0) -> None:
        self.value, self.until = value, until


@dataclass(frozen=True, repr=False)
class Secret:
    """A secret by the place where it is found, looked up where it is needed: in the worker.

    It takes the place of a key wherever a stage takes one, so that the key is in no plan,
    ``explain()``, event log, saved stage, checkpoint, journal, notebook or message. What looks
    up a secret keeps it for a minute, so one that is changed meanwhile is soon found.

    ``Secret.env`` and ``Secret.file`` are of the machine and the process of the worker: an
    environment variable must have been there when Spark was started. A saved stage holds these
    references, and asks for nothing when it is loaded. Text may stand before a secret:
    ``"Bearer " + Secret.env("OPENAI_API_KEY")``.

    ``Secret.prompt`` is asked for in the driver. As nothing else leads from there to a worker on
    every kind of Spark, its value goes along with the function that the worker runs, masked with
    random bytes that go along, too. So it is in no text and no file, and not in what is saved,
    but whoever reads the memory or the unencrypted network of the cluster can have it, and a
    pickled ``Secret.prompt`` is as secret as its value. The other kinds send no value.

    Examples
    --------
    >>> key = "Bearer " + Secret.env("OPENAI_API_KEY")
    >>> key
    'Bearer ' + Secret.env('OPENAI_API_KEY')
    >>> os.environ["OPENAI_API_KEY"] = "sk-1"
    >>> key.reveal()
    'Bearer sk-1'
    """

    kind: str
    of: Any
    before: str = ""
    _held: _Held = field(default_factory=_Held, compare=False)

    @classmethod
    def env(cls, name: str) -> Secret:
        """Return the secret in an environment variable."""
        return cls("env", _text(name, "env", "the name of an environment variable", "API_KEY"))

    @classmethod
    def file(cls, path: str | Path) -> Secret:
        """Return the secret in a file, without the white space around it."""
        told = str(path) if isinstance(path, Path) else path
        place = _text(told, "file", "the path of a file", "/run/secrets/api_key")
        return cls("file", os.path.abspath(os.path.expanduser(place)))

    @classmethod
    def prompt(cls, label: str) -> Secret:
        """Return the secret that a person types, asked for once in a process, when it is needed."""
        return cls("prompt", _text(label, "prompt", "what a person is asked for", "API key"))

    @classmethod
    def call(cls, function: Callable[[], str]) -> Secret:
        """Return the secret that a function gives, such as one that asks a vault.

        It is called in the workers: for each task, and again after a minute.
        """
        if not callable(function):
            raise SynapseError(f"Secret.call takes a function, got a {type(function).__name__}")
        return cls("call", function)

    def reveal(self) -> str:
        """Return the secret itself.

        Raises
        ------
        SynapseError
            When it is not found, is empty, or holds what no header can, such as a line break.
            Of what a function raises only the kind is told: its text may hold a secret.
        """
        now = time.monotonic()
        if self._held.value is None or self._held.until < now:
            found = _FINDERS[self.kind](self.of)
            self._held.value, self._held.until = self._checked(found), now + _KEPT_SECONDS
        return self.before + self._held.value

    def forget(self) -> None:
        """Look the secret up anew when it is needed next; what a person typed stays."""
        if self.kind != "prompt":
            self._held.until = 0.0

    def ask(self) -> None:
        """Ask the person now, where one has to be asked: a worker cannot."""
        if self.kind == "prompt":
            self.reveal()

    def reference(self) -> dict[str, Any]:
        """Return where the secret is, for a saved stage; :meth:`from_reference` takes it back."""
        return {"kind": self.kind, "of": self.of, "before": self.before}

    @classmethod
    def from_reference(cls, reference: dict[str, Any]) -> Secret:
        """Return the secret of a reference."""
        return cls(**reference)

    def _checked(self, found: Any) -> str:
        if not isinstance(found, str):
            raise SynapseError(f"{self!r} gives a {type(found).__name__}, expected text")
        if not found.strip():
            raise SynapseError(f"{self!r} is empty")
        wrong = wrong_value(found)
        if wrong:
            raise SynapseError(f"{self!r} holds {wrong}")
        return found

    def __radd__(self, before: str) -> Secret:
        if not isinstance(before, str):
            return NotImplemented
        return Secret(self.kind, self.of, before + self.before, self._held)

    def __repr__(self) -> str:
        of = getattr(self.of, "__name__", "...") if self.kind == "call" else repr(self.of)
        shown = f"Secret.{self.kind}({of})"
        return f"{self.before!r} + {shown}" if self.before else shown

    def __format__(self, spec: str) -> str:
        raise SynapseError(
            "A secret cannot be put into text, for its value is not known here. "
            f"Try: 'Bearer ' + {self!r}"
        )

    def __reduce__(self) -> Any:
        if self.kind != "prompt":
            return Secret, (self.kind, self.of, self.before)
        self.reveal()
        value = str(self._held.value).encode()
        pad = secrets.token_bytes(len(value))
        return _unmasked, (self.of, self.before, pad, _masked(value, pad))


def _text(given: Any, kind: str, what: str, example: str) -> str:
    """Return what a kind of secret is made of, which must be a text; it is not shown."""
    if isinstance(given, str) and given.strip():
        return given
    got = "an empty text" if isinstance(given, str) else f"a {type(given).__name__}"
    raise SynapseError(f"Secret.{kind} takes {what}, got {got}. Try: Secret.{kind}({example!r})")


def _masked(value: bytes, pad: bytes) -> bytes:
    return bytes(own ^ other for own, other in zip(value, pad))


def _unmasked(label: str, before: str, pad: bytes, masked: bytes) -> Secret:
    return Secret("prompt", label, before, _Held(_masked(masked, pad).decode(), float("inf")))


def _of_environment(name: str) -> str:
    if name not in os.environ:
        raise SynapseError(
            f"Secret.env({name!r}): this process has no such environment variable. Workers have "
            "those of the moment in which Spark was started. Try: set it before that, or "
            "Secret.file or Secret.prompt"
        )
    return os.environ[name].strip()


def _of_file(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SynapseError(f"Secret.file({path!r}) cannot be read: {why}") from None


def _of_person(label: str) -> str:
    if label not in _asked:
        try:
            with warnings.catch_warnings():
                # Told where what is typed would be seen.
                warnings.simplefilter("error", getpass.GetPassWarning)
                _asked[label] = getpass.getpass(f"{label}: ").strip()
        except (EOFError, NotImplementedError, getpass.GetPassWarning) as error:
            raise SynapseError(
                f"Secret.prompt({label!r}): nobody can be asked here. Try: Secret.env or "
                "Secret.file"
            ) from error
    return _asked[label]


def _of_function(function: Callable[[], str]) -> Any:
    try:
        return function()
    except Exception as error:
        kind = type(error).__name__
    raise SynapseError(
        f"{Secret('call', function)!r} failed: {kind}. What it says is not shown, for it may hold "
        "a secret. Try: call the function by itself"
    )


_FINDERS: dict[str, Callable[[Any], Any]] = {
    "env": _of_environment,
    "file": _of_file,
    "prompt": _of_person,
    "call": _of_function,
}


def revealed(value: Any) -> Any:
    """Return a value, or a dict of values, with the secrets themselves for their references.

    Examples
    --------
    >>> revealed({"Api-Key": "plain"})
    {'Api-Key': 'plain'}
    """
    if isinstance(value, dict):
        return {name: revealed(each) for name, each in value.items()}
    return value.reveal() if isinstance(value, Secret) else value
