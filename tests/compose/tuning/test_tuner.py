from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.ml import Pipeline
from pyspark.ml.feature import StringIndexer, VectorAssembler
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import (
    Choice,
    GridSpace,
    Iteration,
    Leaderboard,
    LightGBMClassifier,
    LightGBMRanker,
    Range,
    TuneHyperparameters,
    evaluate,
    listen,
    load_model,
    save_model,
)
from synapse_magic.compose.tuning.parts import Parts
from synapse_magic.errors import SynapseError
from synapse_magic.spark.param import Param, param
from synapse_magic.spark.running import Cancelled, cancel
from synapse_magic.spark.stage import Estimator, Model

fits: list[float] = []


class PlantedColumns:
    x: Param[float] = param("Where it looks; 0.3 predicts best.", default=0.0)
    labelCol: Param[str] = param("The label.", default="label", column="in")
    predictionCol: Param[str] = param("The prediction.", default="prediction", column="out")


class PlantedModel(Model, PlantedColumns):
    """Predict the label, off by the distance of ``x`` from 0.3."""

    def _transform(self, dataset: DataFrame) -> DataFrame:
        off = abs(self.getOrDefault("x") - 0.3)
        return dataset.withColumn("prediction", F.col("label") + off)


class Planted(Estimator, PlantedColumns):
    """An estimator that costs nothing and whose best value is known."""

    seconds = 0.0

    def _fit(self, dataset: DataFrame) -> PlantedModel:
        fits.append(self.getOrDefault("x"))
        if self.getOrDefault("x") < 0:
            raise RuntimeError(f"x is {self.getOrDefault('x')}\nand more lines")
        time.sleep(type(self).seconds)
        return self._hand_over(PlantedModel())


@pytest.fixture
def rows(spark: SparkSession) -> DataFrame:
    fits.clear()
    return spark.range(60).select(F.col("id").cast("double").alias("label"))


@pytest.fixture(scope="module")
def noisy(spark: SparkSession) -> Iterator[DataFrame]:
    """Give rows of two classes that a small model learns well and a huge one learns by heart."""
    made = spark.range(0, 1500, 1, 2).select(F.randn(1).alias("a"), F.randn(2).alias("b"), "id")
    chance = F.when(F.col("a") + F.col("b") > 0, 0.85).otherwise(0.15)
    label = (F.rand(3) < chance).cast("double").alias("label")
    frame = made.select("a", "b", label).cache()
    yield frame
    frame.unpersist()


def tuned(rows: DataFrame, space: Any, **values: Any) -> Any:
    planted = Planted()
    settings = {"numFolds": 1, "paramSpace": {planted.x: space}, "models": [planted]} | values
    return TuneHyperparameters(**settings).fit(rows)


def tried(board: Leaderboard) -> list[tuple[int, float, float | None]]:
    return [(t.number, t.params["x"], t.metric) for t in board.trials]


def test_the_best_of_a_grid_is_found_and_fitted_on_all_rows(rows: DataFrame) -> None:
    model = tuned(rows, Choice(0.0, 0.2, 0.4, 0.9), search="grid")
    assert [t.params["x"] for t in model.leaderboard.trials] == [0.0, 0.2, 0.4, 0.9]
    assert model.leaderboard.metric == "rmse"
    assert model.leaderboard.best.params == {"x": 0.2}
    assert model.bestMetric == pytest.approx(0.1)
    assert model.bestModel.getX() == 0.2
    assert fits == [0.0, 0.2, 0.4, 0.9, 0.2]
    assert model.getBestModelInfo() == "Planted(x=0.2): rmse 0.1"
    assert model.transform(rows).first()["prediction"] == pytest.approx(0.1)


def test_a_grid_space_of_synapseml_is_a_grid_unless_a_search_is_set(rows: DataFrame) -> None:
    planted = Planted()
    space = GridSpace({planted.x: Choice(0.1, 0.2)})
    made = TuneHyperparameters(models=[planted], paramSpace=space, numFolds=1, numRuns=5)
    assert len(made.fit(rows).leaderboard.trials) == 2


def test_the_same_seed_gives_the_same_trials_one_at_a_time_or_several(rows: DataFrame) -> None:
    one, again, other = (
        tuned(rows, Range(0.0, 1.0), numRuns=6, seed=seed, parallelism=count).leaderboard
        for seed, count in ((1, 1), (1, 3), (2, 3))
    )
    assert tried(one) == tried(again)
    assert tried(one) != tried(other)


def test_tpe_with_several_trials_at_once_is_the_same_each_time(rows: DataFrame) -> None:
    first, again = (
        tuned(rows, Range(0.0, 1.0), numRuns=8, search="tpe", parallelism=3).leaderboard
        for _ in range(2)
    )
    assert tried(first) == tried(again)


def test_a_failed_trial_is_recorded_with_its_cause_and_ends_nothing(rows: DataFrame) -> None:
    board = tuned(rows, Choice(-1.0, 0.5), search="grid").leaderboard
    failed, done = board.trials
    assert (failed.state, failed.error) == ("failed", "RuntimeError: x is -1.0")
    assert (done.state, board.best.params) == ("done", {"x": 0.5})


def test_the_search_fails_with_the_first_cause_when_all_trials_do(rows: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"All 2 trials failed. The first: .* x is -2"):
        tuned(rows, Choice(-2.0, -1.0), search="grid")


def test_a_common_stage_that_fails_ends_the_search_at_once(rows: DataFrame) -> None:
    indexer = StringIndexer(inputCol="nowhere", outputCol="out")
    planted = Planted()
    model = Pipeline(stages=[indexer, planted])
    with pytest.raises(SynapseError, match="nowhere"):
        tuned(rows, Choice(0.1, 0.2), models=[model], paramSpace={planted.x: Choice(0.1, 0.2)})
    assert fits == []


def test_every_row_is_held_out_once_over_the_folds(rows: DataFrame) -> None:
    board = tuned(rows, Choice(0.1), numFolds=4).leaderboard
    assert len(board.trials[0].parts) == 4
    assert board.trials[0].metric == pytest.approx(0.2)
    assert len(fits) == 20 * 4 + 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"models": []}, "has no models"),
        ({"models": ["x"]}, "Expected estimators"),
        ({"evaluationMetric": "rsme"}, "Did you mean 'rmse'"),
        ({"evaluationMetric": "AUC"}, "AUC measures a classification, and Planted is a regression"),
        ({"pruner": "median"}, "needs a model that tells its metric while it trains"),
        ({"paramSpace": {"y": Range(1, 2)}}, "has no param 'y'"),
        ({"paramSpace": {"x": Choice("a")}}, "x of Planted must be a number"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(
    rows: DataFrame, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(SynapseError, match=words):
        tuned(rows, Range(0.0, 1.0), **values)
    assert fits == []


def test_nothing_stays_in_memory(spark: SparkSession, rows: DataFrame) -> None:
    kept = spark.sparkContext._jsc.getPersistentRDDs
    before = len(kept())
    tuned(rows, Choice(0.1), numFolds=2)
    assert len(kept()) == before


def test_a_stage_that_never_varies_is_fitted_once_on_each_part(noisy: DataFrame) -> None:
    before = Planted(predictionCol="guess")
    gbm = LightGBMClassifier(inputCols=["a", "b"], numIterations=2)
    fits.clear()
    model = TuneHyperparameters(
        models=[Pipeline(stages=[before, gbm])],
        paramSpace={gbm.numLeaves: Choice(3, 4, 5)},
        search="grid",
        numFolds=2,
    ).fit(noisy)
    assert len(fits) == 2 + 1
    assert [type(stage).__name__ for stage in model.stages] == [
        "PlantedModel",
        "LightGBMClassificationModel",
    ]


def test_a_trial_stops_early_on_the_part_held_out_and_the_best_keeps_that_length(
    noisy: DataFrame,
) -> None:
    gbm = LightGBMClassifier(
        inputCols=["a", "b"], numIterations=300, earlyStoppingRound=5, learningRate=0.2
    )
    tuner = TuneHyperparameters(
        models=[gbm], paramSpace={"numLeaves": Choice(4, 63)}, search="grid", numFolds=2
    )
    model = tuner.fit(noisy)
    best = model.leaderboard.best
    assert best.params == {"numLeaves": 4}
    assert 1 <= best.iterations < 100
    assert model.bestModel.bestIteration == best.iterations
    assert gbm.getNumIterations() == 300


def test_pruning_ends_hopeless_trials_and_saves_iterations(noisy: DataFrame) -> None:
    gbm = LightGBMClassifier(inputCols=["a", "b"], numIterations=400, numLeaves=4)
    rates = Choice(0.1, 0.12, 0.15, 0.09, 0.0001, 0.0002)
    seen: list[Iteration] = []
    tuner = TuneHyperparameters(
        models=[gbm], paramSpace={gbm.learningRate: rates}, search="grid", numFolds=1,
        pruner="median",
    )  # fmt: skip
    with listen(seen.append):
        board = tuner.fit(noisy).leaderboard
    states = [trial.state for trial in board.trials]
    assert states == ["done"] * 4 + ["pruned"] * 2
    assert all(trial.iterations < 20 for trial in board.trials[4:])
    assert all(trial.metric is None for trial in board.trials[4:])
    trained = list({event.uid: event.iteration for event in seen}.values())
    assert trained[:4] == [400] * 4
    assert all(length < 400 for length in trained[4:6])
    assert trained[6:] == [400]  # the best, fitted on all rows


def test_a_ranker_is_judged_on_whole_groups(spark: SparkSession) -> None:
    made = spark.range(0, 800, 1, 2).select(
        (F.col("id") % 40).alias("query"), F.randn(1).alias("a"), F.randn(2).alias("b")
    )
    graded = made.withColumn("label", F.when(F.col("a") > 0.5, 1.0).otherwise(0.0))
    ranker = LightGBMRanker(inputCols=["a", "b"], groupCol="query", numIterations=5)
    tuner = TuneHyperparameters(
        models=[ranker], paramSpace={"numLeaves": Choice(3)}, search="grid", numFolds=2
    )
    board = tuner.fit(graded).leaderboard
    assert board.metric == "ndcg@5"
    assert board.best.metric > 0.9
    parts = Parts(graded, 3, 0.5, 1, [[]], "query")
    held = [parts.part(0, i).judged.select("query").distinct().collect() for i in range(3)]
    parts.close()
    queries = [row["query"] for rows in held for row in rows]
    assert sorted(queries) == list(range(40))


def test_saved_and_loaded_it_scores_the_same_and_keeps_its_trials(
    noisy: DataFrame, tmp_path: Path
) -> None:
    assembler = VectorAssembler(inputCols=["a", "b"], outputCol="features")
    gbm = LightGBMClassifier(numIterations=5)
    tuner = TuneHyperparameters(
        models=[Pipeline(stages=[assembler, gbm])],
        paramSpace={gbm.numLeaves: Range(3, 9), gbm.boostingType: Choice("gbdt")},
        numRuns=2,
        numFolds=1,
    )
    model = tuner.fit(noisy)
    save_model(model, str(tmp_path / "model"))
    loaded = load_model(str(tmp_path / "model"))
    assert loaded.transform(noisy).collect() == model.transform(noisy).collect()
    assert loaded.leaderboard.trials == model.leaderboard.trials
    assert loaded.bestMetric == model.bestMetric
    assert evaluate(loaded, noisy).metrics == evaluate(model, noisy).metrics
    save_model(tuner, str(tmp_path / "tuner"))
    again = load_model(str(tmp_path / "tuner"))
    assert again.getNumRuns() == 2
    assert [t.params for t in again.fit(noisy).leaderboard.trials] == [
        t.params for t in model.leaderboard.trials
    ]


def test_each_change_is_published_as_a_leaderboard(rows: DataFrame) -> None:
    seen: list[Leaderboard] = []
    with listen(seen.append, Leaderboard):
        tuned(rows, Choice(0.1, 0.2), search="grid")
    assert [trial.state for trial in seen[0].trials] == ["running"]
    assert [trial.state for trial in seen[-1].trials] == ["done", "done"]
    assert all(board.planned == 2 for board in seen)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Planted, "seconds", 0.4)


def interrupted_after(rows: DataFrame, count: int, run: Callable[[], Any]) -> None:
    """Interrupt a search, as a signal would, when some trials are done."""

    def stop(board: Leaderboard) -> None:
        if board.finished >= count:
            ready.set()

    ready = threading.Event()
    real = threading.Thread.join

    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        real(thread, timeout)
        if thread.name == "synapse-trial" and ready.is_set():
            ready.clear()
            raise KeyboardInterrupt

    with listen(stop, Leaderboard), pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "join", join)
        with pytest.raises(Cancelled, match="trials are kept"):
            run()


@pytest.mark.usefixtures("slow")
def test_an_interrupt_keeps_finished_trials_and_the_same_search_goes_on(rows: DataFrame) -> None:
    planted = Planted()
    tuner = TuneHyperparameters(
        models=[planted], paramSpace={planted.x: Range(0.0, 1.0)}, numRuns=5, numFolds=1
    )
    interrupted_after(rows, 2, lambda: tuner.fit(rows))
    partial = tuner.leaderboard
    assert partial is not None
    assert partial.finished == 2
    assert partial.cancelled
    fits.clear()
    whole = tuner.fit(rows).leaderboard
    assert len(fits) == 3 + 1
    assert whole.trials[:2] == partial.trials[:2]
    assert tried(whole) == tried(tuner.fit(rows).leaderboard)


@pytest.mark.usefixtures("slow")
def test_another_search_does_not_take_over_trials_of_the_interrupted_one(rows: DataFrame) -> None:
    planted = Planted()
    tuner = TuneHyperparameters(
        models=[planted], paramSpace={planted.x: Range(0.0, 1.0)}, numRuns=4, numFolds=1
    )
    interrupted_after(rows, 1, lambda: tuner.fit(rows))
    fits.clear()
    tuner.copy({tuner.seed: 9}).fit(rows)
    assert len(fits) == 4 + 1


def test_jobs_of_trials_belong_to_the_run_and_are_cancelled_with_it(rows: DataFrame) -> None:
    def slowly(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            time.sleep(90)
            yield batch

    class Stuck(Planted):
        """Never ends by itself."""

        def _fit(self, dataset: DataFrame) -> PlantedModel:
            threading.Timer(2, cancel).start()
            dataset.mapInArrow(slowly, "label double").count()
            return super()._fit(dataset)

    tuner = TuneHyperparameters(
        models=[Stuck()], paramSpace={"x": Choice(0.1)}, numFolds=1, numRuns=1
    )
    with pytest.raises(Cancelled, match=r"^Cancelled: "):
        tuner.fit(rows)
