"""The search for the best params of one or several estimators, run on the cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pyspark.sql import DataFrame

from synapse_magic.compose.tuning import samplers, unfinished
from synapse_magic.compose.tuning.default_spaces import DefaultHyperparams
from synapse_magic.compose.tuning.dimensions import Dimension, dimensions_of, key_text
from synapse_magic.compose.tuning.measures import Measure, check_measure, measure_of, usual
from synapse_magic.compose.tuning.parts import Parts, opened
from synapse_magic.compose.tuning.pruning import Pruner
from synapse_magic.compose.tuning.search import Search
from synapse_magic.compose.tuning.spaces import ParamSpace, from_json, to_json
from synapse_magic.compose.tuning.trials import Contest, head_of, refit, reports_iterations
from synapse_magic.compose.tuning.tuned import TuneHyperparametersModel, TuningParams
from synapse_magic.errors import SynapseError
from synapse_magic.results.leaderboard import Leaderboard
from synapse_magic.spark.holding import ModelsHolder
from synapse_magic.spark.running import Cancelled
from synapse_magic.spark.stage import Estimator


class TuneHyperparameters(TuningParams, Estimator, ModelsHolder):
    """Searches the params with which estimators predict best, on rows they did not learn from.

    Each trial is judged on parts of the rows that are held out in turn, and the best is fitted on
    all rows. Stages of a pipeline that no trial varies are fitted once on each part. With
    ``earlyStoppingRound`` a LightGBM trial stops early on the part that is held out, and the best
    model trains as many iterations as were best there. A trial that fails is recorded with its
    cause. An interrupt keeps what is finished: ``leaderboard`` has it, and the same search on the
    same rows goes on from there. With ``pruner`` and several trials at once, which trials are ended
    depends on which is ahead; everything else is the same for the same seed.

    Raises
    ------
    SynapseError
        Before anything runs, when a param or a value in ``paramSpace`` does not fit its stage; when
        all trials fail.

    Examples
    --------
    >>> gbm = LightGBMClassifier(inputCols=["age", "hours"], numIterations=200)
    >>> space = {gbm.numLeaves: Range(15, 127), gbm.learningRate: Range(0.01, 0.3, log=True)}
    >>> tuner = TuneHyperparameters(models=[gbm], paramSpace=space, evaluationMetric="AUC")
    >>> best = tuner.fit(train)
    >>> best.getBestModelInfo()
    >>> best.leaderboard
    """

    unsaved: ClassVar[tuple[str, ...]] = ("models", "paramSpace")

    leaderboard: Leaderboard | None = None
    """The trials of the last search; those finished in time where it was interrupted."""

    def _fit(self, dataset: DataFrame) -> TuneHyperparametersModel:
        models = self._models()
        dimensions = self._dimensions(models)
        measure = self._measure(models)
        pruner = self._pruner(models)
        sampler = self._sampler(dimensions)
        heads = [head_of(*pair) for pair in zip(models, dimensions)]
        parts = self._parts(dataset, models, heads)
        contest = Contest(models, dimensions, measure, parts, pruner)
        settings = self._settings(models, dimensions)
        search = Search(
            dataset.sparkSession,
            contest,
            sampler,
            self.getOrDefault("parallelism"),
            self._board(measure, sampler.planned, dimensions),
            unfinished.recall(dataset, settings),
            self._show,
        )
        try:
            board = search.run()
        except KeyboardInterrupt as interrupt:
            unfinished.keep(dataset, settings, search.leaderboard)
            raise Cancelled(f"{interrupt}. {_kept(search.leaderboard)}") from None
        finally:
            parts.close()
        best = board.best
        if best is None:
            raise SynapseError(f"All {len(board.trials)} trials failed. {_first_cause(board)}")
        unfinished.forget()
        proposal = search.proposal(best.number)
        model = self._hand_over(TuneHyperparametersModel())
        model.bestModel = refit(contest.estimator(proposal), best.iterations, dataset)
        model.leaderboard = board
        return model

    def _models(self) -> list[Any]:
        models = self._held()
        if not models:
            raise SynapseError(
                "TuneHyperparameters has no models. Try: models=[LightGBMClassifier(...)]"
            )
        for model in models:
            if not (hasattr(model, "fit") and hasattr(model, "_paramMap")):
                raise SynapseError(
                    f"models holds {model!r}. Expected estimators. Try: [LightGBMClassifier()]"
                )
        return models

    def _dimensions(self, models: Sequence[Any]) -> list[list[Dimension]]:
        if self.isDefined("paramSpace") and self.getOrDefault("paramSpace"):
            return dimensions_of(models, self.getOrDefault("paramSpace"))
        return [dimensions_of([m], DefaultHyperparams.defaultRange(m))[0] for m in models]

    def _measure(self, models: Sequence[Any]) -> Measure:
        predictors = [opened(model)[-1] for model in models]
        if not self.isDefined("evaluationMetric"):
            return usual(predictors)
        measure = measure_of(self.getOrDefault("evaluationMetric"))
        check_measure(measure, predictors)
        return measure

    def _pruner(self, models: Sequence[Any]) -> Pruner | None:
        kind = self.getOrDefault("pruner")
        if kind == "none":
            return None
        if not any(reports_iterations(opened(model)[-1]) for model in models):
            raise SynapseError(
                f"pruner={kind!r} needs a model that tells its metric while it trains, and "
                f"{type(opened(models[0])[-1]).__name__} does not. Expected LightGBM. "
                "Try: pruner='none'"
            )
        return Pruner(kind)

    def _search(self) -> str:
        space = self.getOrDefault("paramSpace") if self.isDefined("paramSpace") else {}
        told = getattr(space, "search", "")
        return self.getOrDefault("search") if self.isSet("search") or not told else str(told)

    def _sampler(self, dimensions: list[list[Dimension]]) -> samplers.Sampler:
        way, seed = self._search(), self.getOrDefault("seed")
        if way == "grid":
            return samplers.grid(dimensions)
        runs = self.getOrDefault("numRuns")
        if way == "tpe":
            return samplers.Tpe(dimensions, runs, seed)
        return samplers.random(dimensions, runs, seed)

    def _parts(self, dataset: DataFrame, models: Sequence[Any], heads: list[list[Any]]) -> Parts:
        folds, ratio = self.getOrDefault("numFolds"), self.getOrDefault("trainRatio")
        last = [opened(model)[-1] for model in models]
        groups = [each.getOrDefault("groupCol") for each in (self, *last) if _grouped(each)]
        group = groups[0] if groups else None
        return Parts(dataset, folds, ratio, self.getOrDefault("seed"), heads, group)

    def _board(self, measure: Measure, planned: int, dimensions: list[list[Dimension]]) -> Any:
        logs = frozenset(each.name for model in dimensions for each in model if each.space.log)
        way = self._search()
        return lambda trials: Leaderboard(measure.name, measure.larger, way, planned, trials, logs)

    def _show(self, board: Leaderboard) -> None:
        self.leaderboard = board

    def _settings(self, models: list[Any], dimensions: list[list[Dimension]]) -> str:
        """Return all that the trials depend on, as text."""
        own = {p.name: v for p, v in self._paramMap.items() if p.name not in self.unsaved}
        space = [[(each.name, repr(each.space)) for each in model] for model in dimensions]
        return f"{sorted(own.items())} {space} {unfinished.settings_of(models)}"

    def _get_state(self) -> dict[str, Any]:
        state = super()._get_state()
        if not self.isDefined("paramSpace"):
            return state
        space = self.getOrDefault("paramSpace")
        entries = [[key_text(key), to_json(values)] for key, values in space.items()]
        return {**state, "space": entries, "kind": getattr(space, "search", "")}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        if "space" in state:
            self._set(paramSpace=_space(state["kind"], state["space"]))


def _grouped(stage: Any) -> bool:
    return stage.hasParam("groupCol") and stage.isDefined("groupCol")


def _space(kind: str, entries: list[Any]) -> ParamSpace:
    from synapse_magic.compose.tuning.spaces import GridSpace, RandomSpace

    classes = {"grid": GridSpace, "random": RandomSpace}
    made = classes.get(kind, ParamSpace)
    return made((key, from_json(told)) for key, told in entries)


def _kept(board: Leaderboard) -> str:
    done = f"{board.finished} of {board.planned} trials are kept"
    return f"{done}: the same search goes on from there"


def _first_cause(board: Leaderboard) -> str:
    errors = [trial.error for trial in board.trials if trial.error]
    return f"The first: {errors[0]}" if errors else "Each was ended early. Try: pruner='none'"
