"""The cohorts of a dashboard by name, the one that is looked at, and the way back."""

from __future__ import annotations

from synapse_magic.results.dashboard.cohort import Cohort

REMEMBERED = 100
"""Changes that can be undone."""

State = tuple[dict[str, Cohort], str]


class Kept:
    """Cohorts that are made and removed, one change after the other.

    Parameters
    ----------
    every : Cohort
        That of all rows, which stays.
    """

    def __init__(self, every: Cohort) -> None:
        self._every = every.name
        self.cohorts: dict[str, Cohort] = {every.name: every}
        self.chosen = every.name
        self._before: list[State] = []
        self._after: list[State] = []

    @property
    def undoable(self) -> bool:
        """Whether there is a change to go back from."""
        return bool(self._before)

    @property
    def redoable(self) -> bool:
        """Whether a change that was undone can be made again."""
        return bool(self._after)

    def keep(self, cohort: Cohort, *, choose: bool = False) -> None:
        """Keep a cohort under its name, instead of the one that had it."""
        self._remember()
        self.cohorts = {**self.cohorts, cohort.name: cohort}
        self.chosen = cohort.name if choose else self.chosen

    def remove(self, name: str) -> None:
        """Remove a cohort; that of all rows stays."""
        if name == self._every or name not in self.cohorts:
            return
        self._remember()
        self.cohorts = {own: cohort for own, cohort in self.cohorts.items() if own != name}
        if self.chosen == name:
            self.chosen = self._every

    def undo(self) -> None:
        """Go back to what was there before the last change."""
        self._go(self._before, self._after)

    def redo(self) -> None:
        """Make the change again that was undone last."""
        self._go(self._after, self._before)

    def _remember(self) -> None:
        self._before = [*self._before, (self.cohorts, self.chosen)][-REMEMBERED:]
        self._after = []

    def _go(self, source: list[State], back: list[State]) -> None:
        if source:
            back.append((self.cohorts, self.chosen))
            self.cohorts, self.chosen = source.pop()
