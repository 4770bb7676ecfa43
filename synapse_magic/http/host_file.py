"""Numbers that all processes of a machine share: a locked file of eight bytes for each."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import stat
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from synapse_magic.errors import SynapseError

_KEPT_SECONDS = 86_400.0
_LOCK_SECONDS, _LOCK_TRY_SECONDS = 10.0, 0.002
# Only some systems know links, only others know text files.
_OPENED = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        # Of the first byte of the file. LK_LOCK would sleep for a second between its tries.
        ends = time.monotonic() + _LOCK_SECONDS
        while True:
            os.lseek(descriptor, 0, os.SEEK_SET)
            try:
                return msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            except OSError:
                if time.monotonic() > ends:
                    raise
            time.sleep(_LOCK_TRY_SECONDS)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


class HostNumbers:
    """Some numbers under a name, shared by all processes of one user on one machine.

    Parameters
    ----------
    name : str
        What they are the numbers of. Only a digest of it is seen on disk.
    count : int

    Examples
    --------
    >>> pair = HostNumbers("a pair of this docstring", 2)
    >>> pair.change(lambda values: (values[0] + 1, 5.0))
    (1.0, 5.0)
    >>> pair.remove()
    """

    def __init__(self, name: str, count: int) -> None:
        digest = hashlib.sha256(name.encode()).hexdigest()[:24]
        self._path = _folder() / f"{digest}.number"
        self._form = struct.Struct(f"{count}d")

    def change(self, change: Callable[[tuple[float, ...]], tuple[float, ...]]) -> tuple[float, ...]:
        """Put ``change(values)`` in place of the values, and return it; new ones begin as 0.

        No other process reads or writes them meanwhile, so ``change`` must be quick.
        """
        form = self._form
        file = os.open(self._path, _OPENED, 0o600)
        try:
            _lock(file)
            os.lseek(file, 0, os.SEEK_SET)
            held = os.read(file, form.size)
            whole = held if len(held) == form.size else bytes(form.size)
            values = change(form.unpack(whole))
            os.lseek(file, 0, os.SEEK_SET)
            os.write(file, form.pack(*values))
            _unlock(file)
        finally:
            os.close(file)
        return values

    def remove(self) -> None:
        """Forget the numbers."""
        self._path.unlink(missing_ok=True)


class HostNumber:
    """A number under a name, shared likewise.

    Parameters
    ----------
    name : str

    Examples
    --------
    >>> number = HostNumber("an example of this docstring")
    >>> number.change(lambda value: 2.0), number.change(lambda value: value + 1)
    (2.0, 3.0)
    >>> number.remove()
    """

    def __init__(self, name: str) -> None:
        self._one = HostNumbers(name, 1)

    def change(self, change: Callable[[float], float]) -> float:
        """Put ``change(value)`` in place of the value, and return it; a new one begins as 0."""
        (value,) = self._one.change(lambda values: (change(values[0]),))
        return value

    def remove(self) -> None:
        """Forget the number."""
        self._one.remove()


@functools.cache
def _folder() -> Path:
    """Return where the numbers are, without those that nobody has touched for a day."""
    user = os.getuid() if hasattr(os, "getuid") else "numbers"  # Windows has a folder a user
    folder = Path(tempfile.gettempdir()) / f"synapse-magic-{user}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        _check_own(folder)
    for old in folder.glob("*.number"):
        with contextlib.suppress(OSError):  # another process sweeps, too, or has it open
            if old.stat().st_mtime < time.time() - _KEPT_SECONDS:
                old.unlink()
    return folder


def _check_own(folder: Path) -> None:
    """Refuse a folder that another user made or may change: all users know its name."""
    if not hasattr(os, "getuid"):
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise SynapseError(
            f"{folder} must be a folder that you own and that nobody else may write to, as the "
            "workers of this machine share their limits in it. Remove it, or set TMPDIR to a "
            "folder of your own"
        )
