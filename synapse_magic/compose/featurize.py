"""Columns of any kind to one feature vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.ml.linalg import VectorUDT
from pyspark.sql import types as T

from synapse_magic.compose.recipe import learn
from synapse_magic.errors import SynapseError
from synapse_magic.kernels.featurize import Category, FeaturizeScorer, Item, from_json, to_json
from synapse_magic.spark.columns import fields, vector_attributes
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.scoring import transform_with
from synapse_magic.spark.stage import Estimator, Model, Stage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class FeaturizeParams(Stage):
    """What the estimator and its model share."""

    inputCols: Param[list[str]] = param(
        "Columns to encode, in the order of their slots.", default=unset, column="in"
    )
    outputCol: Param[str] = param("Column of the vector.", default="features", column="out")
    oneHotEncodeCategoricals: Param[bool] = param(
        "One slot for each level of a category, rather than its position in one slot.", default=True
    )
    numFeatures: Param[int] = param(
        "Hash buckets for the words of each text column.", default=262144, low=1, high=2**31 - 1
    )
    imputeMissing: Param[bool] = param(
        "Replace missing numbers and dates by their mean, rather than leave them NaN.", default=True
    )


class Featurize(Estimator, FeaturizeParams):
    """Encode numbers, categories, text, dates and vectors as one feature vector.

    How a column is encoded follows from its type and from what is in it; no row is ever dropped.

    - **Numbers and booleans**: one slot. NaN counts as missing like null; infinities are kept.
    - **Categories**: strings with at most 100 different values, unless most of them are different
      and several words long, and columns that carry category names, such as the output of
      ``StringIndexer``. One slot for each level, most frequent first, then ``(missing)`` where
      nulls were met and ``(other)`` for what was not; with ``oneHotEncodeCategoricals=False`` one
      slot with the position in this list, marked as nominal.
    - **Text**: other strings. Lower-case words, hashed to ``numFeatures`` buckets and weighed by
      term frequency and inverse document frequency as by Spark's ``HashingTF`` and ``IDF``; only
      buckets that training met, and whose weight is not 0, get a slot.
    - **Dates and times**: days (or seconds) from 1970, year, month, day, weekday (Monday is 1),
      and for times hour, minute, second in the time zone of the session that fitted.
    - **Vectors**: their slots as they are; a null vector becomes NaN in all of them.

    With ``imputeMissing`` a missing number or moment becomes the mean of training (0 where there
    was none), and a column that had missing values gets a further slot, ``age is missing``. Text
    columns get that slot too. Without, a missing number or moment is NaN, which LightGBM
    understands.

    Examples
    --------
    >>> model = Featurize(inputCols=["age", "workclass", "about"]).fit(df)  # doctest: +SKIP
    >>> model.transform(df).select("features")  # doctest: +SKIP
    """

    def _fit(self, dataset: DataFrame) -> FeaturizeModel:
        if not self.isDefined("inputCols") or not self.getOrDefault("inputCols"):
            raise SynapseError("Featurize has no inputCols. Try: Featurize(inputCols=['age'])")
        model: FeaturizeModel = self._hand_over(FeaturizeModel())
        model.recipe = learn(
            dataset,
            self.getOrDefault("inputCols"),
            one_hot=self.getOrDefault("oneHotEncodeCategoricals"),
            buckets=self.getOrDefault("numFeatures"),
            impute=self.getOrDefault("imputeMissing"),
        )
        return model


class FeaturizeModel(Model, FeaturizeParams):
    """Encode columns as :class:`Featurize` learned to.

    The vector column carries the name of each slot, and the levels of nominal ones, in its
    metadata; ``scorer().slots`` says which input column each slot came from.
    """

    recipe: tuple[Item, ...] = ()

    def learned(self) -> str:
        """Return what was learned in a few words, such as ``34 slots from 4 columns``."""
        scorer = self.scorer()
        columns = "1 column" if len(scorer.inputs) == 1 else f"{len(scorer.inputs):,} columns"
        return f"{len(scorer.slots):,} slots from {columns}"

    def scorer(self) -> FeaturizeScorer:
        """Return the object that encodes Arrow batches without Spark."""
        return FeaturizeScorer(self.recipe, self.getOrDefault("outputCol"))

    def _transform(self, dataset: DataFrame) -> DataFrame:
        found = fields(dataset.schema, [item.source for item in self.recipe])
        for item, own in zip(self.recipe, found):
            self._check_type(own, item)
        return transform_with(self.scorer(), dataset, [self.output_field()])

    def output_field(self) -> T.StructField:
        """Return the vector column's field, with the attributes of its slots."""
        scorer = self.scorer()
        nominal = {
            item.source: list(item.names)
            for item in self.recipe
            if isinstance(item, Category) and not item.one_hot
        }
        slots: list[dict[str, Any]] = [
            {"name": slot.name} | ({"vals": nominal[slot.source]} if slot.source in nominal else {})
            for slot in scorer.slots
        ]
        metadata = vector_attributes(slots)
        return T.StructField(scorer.output, VectorUDT(), True, metadata)

    @staticmethod
    def _check_type(own: T.StructField, item: Item) -> None:
        text = own.dataType.typeName() == "string"
        wants_text = item.kind == "text" or (isinstance(item, Category) and not item.coded)
        if text != wants_text:
            raise SynapseError(
                f"Column {item.source!r} holds {'text' if text else 'no text'}. Expected "
                f"{'text' if wants_text else 'no text'}, as when Featurize was fitted"
            )

    def _get_state(self) -> dict[str, Any]:
        return {"recipe": to_json(self.recipe)}

    def _set_state(self, state: dict[str, Any]) -> None:
        self.recipe = from_json(state["recipe"])
