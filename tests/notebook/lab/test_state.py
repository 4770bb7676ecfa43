"""The state that a front end is told."""

from __future__ import annotations

from synapse_magic.notebook.lab.state import now
from synapse_magic.notebook.memory import Memory, SavedAt


def test_saving_to_the_same_path_again_is_another_state() -> None:
    memory = Memory()
    seen = [now({}, memory, "synapse")]
    for when in (1.0, 2.0):
        memory.saved["models/best"] = SavedAt(when, None)
        seen.append(now({}, memory, "synapse"))
    assert seen[0] != seen[1] != seen[2]
