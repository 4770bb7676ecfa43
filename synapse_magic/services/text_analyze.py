"""Several analyses of a text in one stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyspark.sql.types import StructField, StructType

from synapse_magic.errors import SynapseError, closest
from synapse_magic.http.service.several import SeveralMapper
from synapse_magic.services import declared
from synapse_magic.services.column_types import spark_type
from synapse_magic.services.http_schema import ERROR
from synapse_magic.services.service_params import ServiceParams
from synapse_magic.services.service_stage import ServiceStage, answered
from synapse_magic.spark.columns import require_new
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_TASKS = {
    "entityRecognition": "NER",
    "entityLinking": "EntityDetector",
    "keyPhraseExtraction": "KeyPhraseExtractor",
    "pii": "PII",
    "sentimentAnalysis": "TextSentiment",
}
"""Parts of the output, and the stages that make them."""

_SPELT = {
    "model-version": "modelVersion",
    "loggingOptOut": "disableServiceLogs",
    "stringIndexType": "stringIndexType",
    "opinionMining": "opinionMining",
    "domain": "domain",
    "pii-categories": "piiCategories",
}
"""What the params of a task are called by the service, and by its stage."""


def _include(what: str) -> Any:
    return param(f"Whether {what} are part of the output.", default=True)


def _options(stage: str) -> Any:
    doc = f"More for {stage}, as the service spells it: 'model-version', 'loggingOptOut' and such."
    return param(doc, default={"model-version": "latest"})


class TextAnalyze(Transformer, ServiceParams):
    """Entities, links, key phrases, personal data and sentiment of each text, in one struct.

    Each is what a stage of its own would give: ``entityRecognition`` that of ``NER``,
    ``entityLinking`` of ``EntityDetector``, ``keyPhraseExtraction`` of ``KeyPhraseExtractor``,
    ``pii`` of ``PII`` and ``sentimentAnalysis`` of ``TextSentiment``. All are asked for at once,
    with ``concurrency`` requests of each in flight. A part that failed is null, and ``errorCol``
    tells the first reason.

    Examples
    --------
    >>> stage = TextAnalyze(textCol="text", outputCol="found", includePii=False)
    >>> stage.setLocation("westeurope").transform(texts).select("found.*")  # doctest: +SKIP
    """

    row: ClassVar[dict[str, Any]] = declared.NER.row

    text: Param[str] = param("The text.", default=unset)
    textCol: Param[str] = param("Column of texts.", default=unset, column="in")
    language: Param[str] = param("Language of the text; unset for English.", default=unset)
    languageCol: Param[str] = param("Column of languages.", default=unset, column="in")
    location: Param[str] = param("Region of the service, such as 'westeurope'.", default=unset)
    modelVersion: Param[str] = param(
        "Version of the service's models; unset for the latest.", default=unset
    )
    showStats: Param[bool] = param(
        "Whether each text comes back with its count of characters.", default=unset
    )
    disableServiceLogs: Param[bool] = param(
        "Whether the service keeps no log of the texts.", default=unset
    )
    includeEntityRecognition: Param[bool] = _include("entities")
    includeEntityLinking: Param[bool] = _include("links of entities")
    includeKeyPhraseExtraction: Param[bool] = _include("key phrases")
    includePii: Param[bool] = _include("personal data")
    includeSentimentAnalysis: Param[bool] = _include("sentiments")
    entityRecognitionParams: Param[dict[str, Any]] = _options("NER")
    entityLinkingParams: Param[dict[str, Any]] = _options("EntityDetector")
    keyPhraseExtractionParams: Param[dict[str, Any]] = _options("KeyPhraseExtractor")
    piiParams: Param[dict[str, Any]] = _options("PII")
    sentimentAnalysisParams: Param[dict[str, Any]] = _options("TextSentiment")

    def _transform(self, dataset: DataFrame) -> DataFrame:
        self._require_sendable()
        self._secrets()  # the stages below do not know of one that was not saved
        outputs = self.getOutputCol(), self.getErrorCol()
        require_new(dataset.schema, outputs, "outputCol='...', or errorCol='...' for the reasons")
        parts = {task: self._stage(task).mapper_for(dataset) for task in self._tasks()}
        kinds = [
            StructField(task, spark_type(part.service.reply.type)) for task, part in parts.items()
        ]
        made = dict(zip(outputs, (StructType(kinds), ERROR)))
        return answered(dataset, SeveralMapper.of(parts), made)

    def _stages_inside(self) -> list[Any]:
        return [self._stage(task) for task in self._tasks()]

    def _tasks(self) -> list[str]:
        wanted = [t for t in _TASKS if self.getOrDefault(f"include{t[0].upper()}{t[1:]}")]
        if not wanted:
            raise SynapseError(
                "TextAnalyze has nothing to do: expected one of its include... params to be True. "
                "Try: includeSentimentAnalysis=True"
            )
        return wanted

    def _stage(self, task: str) -> ServiceStage:
        """Return the stage of a task, with the params that it has in common with this one."""
        kind = getattr(declared, _TASKS[task])
        own = [n for n in kind.params_declared() if self.hasParam(n) and self.isSet(n)]
        given = {name: self.getOrDefault(name) for name in own}
        stage: ServiceStage = kind(**{**given, **self._options(task, kind)})
        return stage

    def _options(self, task: str, kind: Any) -> dict[str, Any]:
        """Return what the params of a task say, spelt as its stage does."""
        name = f"{task}Params"
        told = self.getOrDefault(name) if self.isSet(name) else {}
        known = {key: own for key, own in _SPELT.items() if own in kind.params_declared()}
        for key in told:
            if key not in known:
                hint = closest(key, known) or f"Known: {', '.join(known)}"
                raise SynapseError(f"{name} of TextAnalyze has no {key!r}. {hint}")
        return {known[key]: value for key, value in told.items()}
