"""Adding the magics to a shell and taking them out again."""

from __future__ import annotations

from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from synapse_magic.notebook.completion import matcher_for
from synapse_magic.notebook.lab.channel import Channel
from synapse_magic.notebook.magic import SynapseMagics
from synapse_magic.notebook.memory import Memory

NAME = "synapse"
SECOND_NAME = "syn"

_loaded: dict[int, SynapseMagics] = {}
_channels: dict[int, Channel | None] = {}
# Kept when the extension is unloaded, so that %reload_ext forgets no model.
_memories: dict[int, Memory] = {}


def load(shell: InteractiveShell) -> None:
    """Register ``%synapse``, or ``%syn`` where another package has that name already."""
    if id(shell) in _loaded:
        return
    magics = SynapseMagics(shell, memory_of(shell))
    name = _free_name(shell)
    method: Any = magics.synapse
    shell.register_magic_function(method, "line_cell", name)
    matcher = matcher_for(magics, name)
    shell.Completer.custom_matchers.append(matcher)
    shell.events.register("post_run_cell", magics.shown.clear)
    magics.name, magics.matcher = name, matcher
    _loaded[id(shell)] = magics
    _channels[id(shell)] = Channel.of(shell, magics)


def memory_of(shell: InteractiveShell) -> Memory:
    """Return what a shell remembers of the objects that its verbs made."""
    return _memories.setdefault(id(shell), Memory())


def unload(shell: InteractiveShell) -> None:
    """Remove what :func:`load` added; sessions keep running."""
    magics = _loaded.pop(id(shell), None)
    if magics is None:
        return
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(magics.name, None)
    shell.Completer.custom_matchers.remove(magics.matcher)
    shell.events.unregister("post_run_cell", magics.shown.clear)
    channel = _channels.pop(id(shell))
    if channel is not None:
        channel.close()
    shell.configurables.remove(magics)  # type: ignore[arg-type]


def _free_name(shell: InteractiveShell) -> str:
    registered = shell.magics_manager.magics
    if NAME not in registered["line"] and NAME not in registered["cell"]:
        return NAME
    message = f"%{NAME} belongs to another package here: synapse_magic answers to %{SECOND_NAME}"
    print(message)  # noqa: T201 - said once, where the user loads the extension
    return SECOND_NAME
