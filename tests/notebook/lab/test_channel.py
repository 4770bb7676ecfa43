"""The comm of a kernel, from its opening to its end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from synapse_magic.notebook.lab import state
from synapse_magic.notebook.lab.channel import TARGET, Channel
from synapse_magic.spark import running


class Comm:
    def __init__(self) -> None:
        self.closed = False
        self.hear: Any = None
        self.sent: list[Any] = []

    def on_msg(self, hear: Any) -> None:
        self.hear = hear

    def on_close(self, _: Any) -> None:
        pass

    def send(self, data: Any) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True


def test_a_channel_that_ends_closes_its_comms_so_that_front_ends_open_new_ones() -> None:
    targets: dict[str, Any] = {}
    manager = SimpleNamespace(
        register_target=targets.__setitem__, unregister_target=lambda name, _: targets.pop(name)
    )
    events = SimpleNamespace(register=lambda *_: None, unregister=lambda *_: None)
    shell = SimpleNamespace(kernel=SimpleNamespace(comm_manager=manager), events=events, user_ns={})
    magics: Any = SimpleNamespace(memory=None, name="synapse")
    channel, comm = Channel(shell, magics), Comm()
    targets[TARGET](comm, {})
    channel.close()
    assert comm.closed
    assert targets == {}


def test_the_button_of_a_cell_cancels_what_the_main_thread_runs(monkeypatch: Any) -> None:
    asked: list[Any] = []
    this: Any = SimpleNamespace(tag="cell", thread=running.threading.main_thread().ident)
    other: Any = SimpleNamespace(tag="builder", thread=0, asked_to_stop=False)
    monkeypatch.setattr(running, "_active", {"cell": this, "builder": other})
    monkeypatch.setattr(running.driver, "cancel_tag", lambda _, tag: asked.append(tag))
    monkeypatch.setattr(running, "_cancel_until_over", lambda _: None)
    this.spark = other.spark = None
    assert state.cancel(None, cell=True) == 1
    assert asked == ["cell"]
    assert not other.asked_to_stop
