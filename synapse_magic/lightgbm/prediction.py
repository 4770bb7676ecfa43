"""Which trees of a fitted model predict: what a model has and its estimator has not."""

from __future__ import annotations

from synapse_magic.errors import SynapseError
from synapse_magic.spark.param import Param, param
from synapse_magic.spark.stage import Model


class LightGBMPrediction(Model):
    """The iterations that a model predicts with.

    ``numIterations`` has the name of a param of the estimator and another meaning, so a model takes
    none of its estimator's; see :meth:`_reset_iterations`.
    """

    startIteration: Param[int] = param("First iteration that predicts, from 0.", default=0, low=0)
    numIterations: Param[int] = param(
        "Iterations that predict, from startIteration on; 0 or less for all.", default=-1, low=-1
    )

    def _reset_iterations(self) -> None:
        """Forget what was handed over by the estimator: all trees predict."""
        for name in ("startIteration", "numIterations"):
            self.clear(self.getParam(name))
            self._setDefault(**{name: self.params_declared()[name].default})

    def _iterations(self, held: int) -> tuple[int, int]:
        """Return the first iteration that predicts and how many do.

        Parameters
        ----------
        held : int
            Iterations in the model.
        """
        start: int = self.getOrDefault("startIteration")
        if held and start >= held:
            raise SynapseError(
                f"startIteration is {start}, but the model has {held} iterations. "
                f"Expected 0 to {held - 1}"
            )
        return start, self.getOrDefault("numIterations")
