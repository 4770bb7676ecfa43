"""What the stages on texts share: tokens, and how they are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql.types import ArrayType, StringType

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.parts_explainer import PartsExplainer
from synapse_magic.explainers.routes import Made
from synapse_magic.kernels.explaining.details import TokenLists
from synapse_magic.kernels.explaining.text_masker import TextMasker
from synapse_magic.kernels.explaining.tokens import pattern, tokens
from synapse_magic.results.text_explanation import TextExplanation
from synapse_magic.spark.columns import field
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.explainers.local_explainer import Told


class TextExplainer(PartsExplainer):
    """A stage that explains texts by their tokens."""

    inputCol: Param[str] = param("Column of texts.", default=unset, column="in")
    tokensCol: Param[str] = param(
        "New column of the tokens, an array as long as the values are.",
        default="tokens",
        column="out",
    )
    tokenizer: Param[str] = param(
        "'words' for words of any script without punctuation, or a regular expression that "
        "matches a token.",
        default="words",
    )
    maskToken: Param[str] = param(
        "What stands for a token that is taken away, such as '[MASK]'; unset for nothing, not "
        "even the space beside it.",
        default=unset,
    )

    def _masker(self, dataset: DataFrame) -> TextMasker:
        _require_texts(dataset, self._column())
        mask = self.getOrDefault("maskToken") if self.isDefined("maskToken") else None
        return TextMasker(self._column(), self._tokenizer(), mask)

    def _tokenizer(self) -> str:
        tokenizer = str(self.getOrDefault("tokenizer"))
        pattern(tokenizer)
        return tokenizer

    def _details(self) -> list[Made]:
        lists = TokenLists(self.getOrDefault("tokensCol"), self._column(), self._tokenizer())
        return [Made(lists, ArrayType(StringType()))]

    def explanation(self, df: DataFrame, rows: int = 500) -> TextExplanation:
        """Explain some texts, drawn at random, as one result with its views.

        Parameters
        ----------
        df : DataFrame
        rows : int
            How many texts to explain at most.

        Raises
        ------
        SynapseError
            When there are no rows, or none of them can be explained.
        """
        found: TextExplanation = super().explanation(df, rows)
        return found

    def _explanation(
        self,
        df: DataFrame,
        told: Told,
    ) -> TextExplanation:
        texts = told.sample.table.column(self._column()).to_pylist()
        cut = [tokens(text, self._tokenizer()) for text in texts]
        spans = [np.stack([own.starts, own.ends], axis=1) for own in cut]
        shared = self._shared(df, told)
        return TextExplanation(texts=tuple(texts), spans=np.concatenate(spans), **shared)


def _require_texts(dataset: DataFrame, column: str) -> None:
    kind = field(dataset.schema, column).dataType
    if not isinstance(kind, StringType):
        raise SynapseError(
            f"Column {column!r} holds {kind.simpleString()}. Expected texts. "
            "Try: F.concat_ws(' ', column) for a list of words"
        )
