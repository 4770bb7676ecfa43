"""Explanations of models that are scored in the workers: exact values, and lines near rows."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.classes import class_names
from synapse_magic.explainers.job_failure import in_our_words
from synapse_magic.explainers.labels import label_column, label_names
from synapse_magic.explainers.sample import ExactWay, Sample, draw
from synapse_magic.explainers.shown import level_names, shown_values
from synapse_magic.kernels.explaining.counting import CountedQuestioner
from synapse_magic.kernels.explaining.failing import failing_rows
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.scorer import ExplainingScorer
from synapse_magic.kernels.explaining.tabular_lime import (
    MOST_FEATURES,
    LimeSettings,
    TabularLime,
)
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.origin import input_names
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.shap import raw_scores
from synapse_magic.results.explanation import Explanation
from synapse_magic.spark.counting import counting
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

_BACKGROUND_ROWS = 500
_SAMPLES, _SAMPLES_PER_FEATURE = 1000, 5
_TASKS = 8


@dataclass(frozen=True, eq=False)
class Chained:
    """Drawn rows of a frame on their way to an explanation.

    Attributes
    ----------
    model : Transformer
    df : DataFrame
    chain : ChainedScorer
        The model, up to the column that is explained.
    target : str
        The column that lines are fitted to.
    classes : tuple of int
        Those that are explained; empty for all, or of two for the second.
    sample : Sample
        At least as many rows as are explained; lines are drawn against all of them.
    rows : int
    seed : int
    failures : dict of int to str
        Why rows of the draw are not among those.
    """

    model: Any
    df: DataFrame
    chain: ChainedScorer
    target: str
    classes: tuple[int, ...]
    sample: Sample
    rows: int
    seed: int
    failures: dict[int, str]

    @classmethod
    def drawn(
        cls,
        model: Any,
        df: DataFrame,
        chain: ChainedScorer,
        target: str,
        classes: tuple[int, ...],
        rows: int,
        seed: int,
        way: ExactWay | None = None,
    ) -> Chained:
        """Draw rows, and explain them exactly where a way is given."""
        label = label_column(model, df)
        columns = list(dict.fromkeys([*chain.inputs, *([label] if label else [])]))
        with in_our_words():
            sample = draw(df, columns, max(rows, _BACKGROUND_ROWS), seed, way)
        every = min(rows, sample.table.num_rows)
        bad = sample.failures or _unscored(chain, sample)
        failures = {row: bad[row] for row in bad if row < every}
        if len(failures) == every:
            raise SynapseError(f"None of {every} rows could be explained. The first: {failures[0]}")
        return cls(
            model,
            df,
            chain,
            target,
            classes,
            sample.without(bad),
            every - len(failures),
            seed,
            failures,
        )

    def exact(self) -> Explanation:
        """Return the Shapley values that came with the sample, and a line near the first row."""
        found = self.sample.exact
        if found is None:
            raise SynapseError("The sample was drawn without Shapley values")
        values, base = found.values[: self.rows], found.base[: self.rows]
        names, batch = list(found.names), self._batch.slice(0, self.rows)
        scores = raw_scores(self.chain, batch, values.shape[2])
        made = Explanation(
            values=values,
            base=base,
            prediction=base + values.sum(1) if scores is None else scores,
            data=self._data(names),
            names=found.names,
            outputs=class_names(self.model, self.target, (), values.shape[2]),
            link=found.link,
            method=found.method,
            rows_total=self.sample.total,
            seed=self.seed,
            labels=self._labels(self.rows),
            failures=self.failures,
        )
        return replace(self._chosen(made), companion=self._companion(names))

    def lime(self) -> Explanation:
        """Return the lines near all rows, fitted by the workers."""
        found, wrong = _on_workers(self.df, self._lime_scorer(), self._batch, self.rows)
        if len(wrong) == self.rows:
            raise SynapseError(
                f"None of {self.rows} rows could be explained. The first: {wrong[0]}"
            )
        left = self._but(wrong)
        return replace(left._lined(found, left._names), failures=left.failures)

    def _but(self, wrong: dict[int, str]) -> Chained:
        """Return the other rows; those of this draw that failed are told by their place in it."""
        drawn = range(self.rows + len(self.failures))
        left = [place for place in drawn if place not in self.failures]
        failures = self.failures | {left[row]: why for row, why in wrong.items()}
        sample = self.sample.without(wrong)
        return replace(self, sample=sample, rows=self.rows - len(wrong), failures=failures)

    def _chosen(self, every: Explanation) -> Explanation:
        """Return the classes that were asked for; of two, the first mirrors the second."""
        if not self.classes:
            return every
        names = class_names(self.model, self.target, self.classes, len(self.classes))
        if len(every.outputs) > 1:
            return every.with_outputs(names, np.array(self.classes))
        middle = float(every.link == "identity")
        return every.with_mirrored(names, np.array(self.classes) == 1, middle)

    def _companion(self, names: list[str]) -> Explanation | None:
        if len(self._names) > MOST_FEATURES or set(names) != set(self._names):
            return None
        return self._lined([_explained(self._lime_scorer(), self._batch, 0)], names)

    def _lime_scorer(self) -> ExplainingScorer:
        levelled = tuple(i for i, found in enumerate(self._levels()) if found)
        samples = max(_SAMPLES, _SAMPLES_PER_FEATURE * len(self._names))
        asker = TabularLime(self._batch, levelled, LimeSettings(samples, seed=self.seed))
        asker.check()
        return ExplainingScorer(asker, self.chain, Target(self.target, self.classes), (), "error")

    def _lined(self, found: list[Local], names: list[str]) -> Explanation:
        order = [self._names.index(name) for name in names]
        values = np.stack([local.values for local in found])[:, order]
        return Explanation(
            values=values,
            base=np.stack([local.base for local in found]),
            prediction=np.stack([local.prediction for local in found]),
            data={name: shown[: len(found)] for name, shown in self._data(names).items()},
            names=tuple(names),
            outputs=self._outputs(values.shape[2]),
            link="identity",
            method="lime",
            rows_total=self.sample.total,
            seed=self.seed,
            labels=self._labels(len(found)),
            quality=np.stack([local.quality for local in found]),
        )

    @property
    def _batch(self) -> pa.RecordBatch:
        return self.sample.batch.select(list(self.chain.inputs))

    @property
    def _names(self) -> list[str]:
        return input_names(self.chain, self._batch)

    def _outputs(self, count: int) -> tuple[str, ...]:
        return class_names(self.model, self.target, self.classes, count)

    def _levels(self) -> list[list[str]]:
        return level_names(self.df.schema, self.chain.inputs, self._names)

    def _data(self, names: list[str]) -> dict[str, np.ndarray]:
        shown = shown_values(self._batch.slice(0, self.rows), self._names, self._levels())
        return {name: shown[name] for name in names if name in shown}

    def _labels(self, rows: int) -> np.ndarray | None:
        label = label_column(self.model, self.df)
        if label is None:
            return None
        return label_names(self.model, self.sample.table.column(label).slice(0, rows))


def _unscored(chain: ChainedScorer, sample: Sample) -> dict[int, str]:
    """Return the rows that the model fails for, and why."""
    return failing_rows(chain.score, sample.batch.select(list(chain.inputs)))


def _explained(scorer: ExplainingScorer, batch: pa.RecordBatch, row: int) -> Local:
    """Return the explanation of a row of a batch, which must have one."""
    found, error = scorer.explained(batch, row)
    if found is None:
        raise SynapseError(f"A row cannot be explained. {error}")
    return found


def _on_workers(
    df: DataFrame, scorer: ExplainingScorer, batch: pa.RecordBatch, rows: int
) -> tuple[list[Local], dict[int, str]]:
    """Explain the first rows of a batch, spread over the workers; and why some have none."""
    numbers = df.sparkSession.range(0, rows, 1, min(rows, _TASKS))
    with counting(df.sparkSession, rows) as counter:
        counted = replace(scorer, questioner=CountedQuestioner(scorer.questioner, counter))
        schema = "row long, content binary, error string"
        packed = map_in_arrow(numbers, _explainer(counted, batch), schema).collect()
    packed = sorted(packed, key=lambda row: row["row"])
    wrong = {row["row"]: str(row["error"]) for row in packed if row["error"] is not None}
    return [pickle.loads(bytes(row["content"])) for row in packed if not row["error"]], wrong


Explainer = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


def _explainer(scorer: ExplainingScorer, batch: pa.RecordBatch) -> Explainer:
    def explain_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for numbers in batches:
            rows = numbers.column(0).to_pylist()
            told = [scorer.explained(batch, row) for row in rows]
            contents = [None if local is None else pickle.dumps(local) for local, _ in told]
            arrays = [
                pa.array(rows, pa.int64()),
                pa.array(contents, pa.binary()),
                pa.array([error for _, error in told], pa.string()),
            ]
            yield pa.RecordBatch.from_arrays(arrays, ["row", "content", "error"])

    return explain_rows
