"""The dashboard of an explanation of texts or images, with the model at hand that it explains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pyspark.ml.linalg import VectorUDT
from pyspark.sql.types import ArrayType, NumericType, StructType

from synapse_magic.errors import SynapseError, closest
from synapse_magic.explainers.board import codes_of, predictor_or_none
from synapse_magic.explainers.classes import names_of
from synapse_magic.explainers.foreign_model import as_stage
from synapse_magic.explainers.routes import chain_of
from synapse_magic.explainers.scored import ScoredFrame
from synapse_magic.explainers.text_vectors import plane_of
from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.dashboard.wording import quoted
from synapse_magic.kernels.explaining.image_masker import ImageMasker
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.explaining.text_masker import TextMasker
from synapse_magic.results.dashboard.examined import Task
from synapse_magic.results.dashboard.parts.board import PartsBoard
from synapse_magic.results.dashboard.parts.examined import ExaminedParts
from synapse_magic.results.dashboard.parts.image_board import ImageBoard
from synapse_magic.results.dashboard.parts.images_asked import AskedImages
from synapse_magic.results.dashboard.parts.images_examined import HEIGHT, WIDTH, ExaminedImages
from synapse_magic.results.dashboard.parts.side_by_side import beside
from synapse_magic.results.dashboard.parts.text_board import TextBoard
from synapse_magic.results.dashboard.parts.texts_asked import AskedTexts
from synapse_magic.results.dashboard.parts.texts_examined import LENGTH, ExaminedTexts
from synapse_magic.results.dashboard.parts.word_columns import TextTerms
from synapse_magic.results.image_explanation import ImageExplanation
from synapse_magic.results.parts import PartsExplanation
from synapse_magic.results.text_explanation import TextExplanation
from synapse_magic.spark.arrow_types import arrow_schema
from synapse_magic.spark.columns import field, select
from synapse_magic.spark.frame_check import require_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.results.explanation import Explanation


def parts_board(
    why: PartsExplanation,
    model: Any = None,
    df: DataFrame | None = None,
    label: str | None = None,
    other: Explanation | TextExplanation | None = None,
    embedding: str | None = None,
) -> PartsBoard:
    """Return the dashboard of an explanation of texts or images.

    Parameters
    ----------
    why : TextExplanation or ImageExplanation
    model : Transformer or estimator, optional
        The model that was explained: with it rows can be changed and scored at once.
    df : DataFrame, optional
        Where the rows came from: cohorts give their rows of it.
    label : str, optional
        Column of the true labels, where the model does not name one.
    other : TextExplanation, optional
        Of a second model on the same texts.
    embedding : str, optional
        Column of ``df`` with a vector of each text, for a map of the texts.

    Raises
    ------
    SynapseError
        When there is no such column, ``df`` is no frame, the second explanation is of other texts,
        or something is given for images that is for texts.
    """
    if df is not None:
        require_frame(df, "df")
    model = None if model is None else as_stage(model)
    if label is not None:
        why = replace(why, truth=_labels(why, label))
    task = _task(why, model)
    if isinstance(why, TextExplanation):
        examined = ExaminedTexts.looked_at(why, task)
        examined = examined if other is None else beside(examined, other)
        if embedding is not None:
            examined = _mapped(examined, df, embedding)
        return _of_texts(examined, model, df)
    if other is not None or embedding is not None:
        raise SynapseError("Second models and maps are of tables and texts. Try: Dashboard(why)")
    if isinstance(why, ImageExplanation):
        return _of_images(ExaminedImages.looked_at(why, task), model, df)
    raise SynapseError(f"There is no dashboard of {type(why).__name__}")


def _labels(why: PartsExplanation, label: str) -> np.ndarray:
    if label not in why.data:
        hint = closest(label, list(why.data))
        raise SynapseError(
            f"The explained rows have no column {label!r} to take labels from. {hint}".rstrip()
        )
    return why.data[label]


def _task(why: PartsExplanation, model: Any) -> Task | None:
    """Return that a number is predicted where that is known; else the predictions have to tell."""
    predictor = predictor_or_none(model)
    if predictor is None:
        return None
    return None if predictor.classifies and why.scale != predictor.prediction else "regression"


def _mapped(examined: ExaminedTexts, df: DataFrame | None, vectors: str) -> ExaminedTexts:
    """Return texts with their map."""
    masker = examined.parts.masker
    if df is None or not isinstance(masker, TextMasker):
        raise SynapseError(
            f"embedding={vectors!r} is a column of the frame that the texts came from. "
            "Try: Dashboard(why, model, df, embedding=...)"
        )
    made = plane_of(df, examined.parts.texts, masker.column, vectors)
    return replace(examined, plane=made)


def _of_texts(examined: ExaminedTexts, model: Any, df: DataFrame | None) -> TextBoard:
    masker, codes = examined.parts.masker, {} if df is None else codes_of(df)
    if not isinstance(masker, TextMasker):
        return TextBoard(examined, df, _UNKNOWN, codes=codes)
    found = _asker(examined.parts, masker.column, model, df)
    asked = found if isinstance(found, str) else _checked(AskedTexts(examined, found, masker))
    terms = TextTerms(masker.column, LENGTH, masker.tokenizer)
    return TextBoard(examined, df, asked, terms, codes, _scored(examined, model, df))


def _of_images(examined: ExaminedImages, model: Any, df: DataFrame | None) -> ImageBoard:
    masker, codes = examined.parts.masker, {} if df is None else codes_of(df)
    if not isinstance(masker, ImageMasker):
        return ImageBoard(examined, df, _UNKNOWN, codes=codes)
    found = _asker(examined.parts, masker.column, model, df)
    asked = found if isinstance(found, str) else _checked(AskedImages(examined, found, masker))
    terms, scored = _size_terms(df, masker.column), _scored(examined, model, df)
    return ImageBoard(examined, df, asked, terms, codes, scored)


_UNKNOWN = (
    "What if needs to know what took parts away, and this explanation does not tell. "
    "Try: explain again"
)
Asked = TypeVar("Asked", AskedTexts, AskedImages)


def _checked(asked: Asked) -> Asked | str:
    try:
        asked.check()
    except SynapseError as error:
        return f"What if cannot ask this model. {error}"
    return asked


def _asker(why: PartsExplanation, column: str, model: Any, df: DataFrame | None) -> Asker | str:
    """Return what asks the model about rows, or why nothing does."""
    if model is None or df is None:
        return "What if needs the model and a frame. Try: Dashboard(why, model, df)"
    try:
        chain = chain_of(model, why.scale)
        if chain is None:
            return (
                f"{type(model).__name__} can only be asked through Spark, which takes seconds a "
                "row. Try: model.transform"
            )
        zone = df.sparkSession.conf.get("spark.sql.session.timeZone") or "UTC"
        schema = arrow_schema(select(df, chain.inputs).schema, zone)
        classes = _class_numbers(why, model)
    except SynapseError as error:
        return f"What if cannot ask this model. {error}"
    if column not in schema.names:
        return f"What if cannot ask this model. It does not read column {column!r}"
    return Asker(chain, Target(why.scale, classes), schema, codes_of(df))


def _scored(examined: ExaminedParts, model: Any, df: DataFrame | None) -> ScoredFrame | None:
    """Return the frame with its scores; None where Spark cannot read what the model gives."""
    if model is None or df is None:
        return None
    scale = examined.parts.scale
    try:
        classes = _class_numbers(examined.parts, model)
        kind = field(model.transform(df).schema, scale).dataType
    except Exception:  # whatever it raises: a cohort of scores tells that there are none
        return None
    if isinstance(kind, (ArrayType, VectorUDT)) and classes:
        read = classes if examined.task == "multiclass" else classes[:1]
        return ScoredFrame(df, model, scale, read, isinstance(kind, ArrayType))
    return ScoredFrame(df, model, scale) if isinstance(kind, NumericType) else None


def _class_numbers(why: PartsExplanation, model: Any) -> tuple[int, ...]:
    """Return which classes were explained; by their numbers where a model has no names for them."""
    if why.outputs == (why.scale,):
        return ()
    known = names_of(model, why.scale)
    strange = [one for one in why.outputs if one not in known and not one.isdecimal()]
    if strange:
        raise SynapseError(f"It is not known which class of column {why.scale!r} {strange[0]!r} is")
    return tuple(known.index(one) if one in known else int(one) for one in why.outputs)


def _size_terms(df: DataFrame | None, column: str) -> dict[str, str]:
    """Return what Spark knows of the sizes of images; of those in files it knows nothing."""
    if df is None or column not in df.columns:
        return {}
    if not isinstance(field(df.schema, column).dataType, StructType):
        return {}
    return {HEIGHT: f"{quoted(column)}.`height`", WIDTH: f"{quoted(column)}.`width`"}
