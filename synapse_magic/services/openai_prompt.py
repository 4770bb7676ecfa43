"""A prompt for each row: columns into a template, and replies into text, lists or structs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyspark.sql.types import BinaryType, DataType, StringType, StructType

from synapse_magic.errors import SynapseError, closest
from synapse_magic.http.policy import Policy
from synapse_magic.http.prompt.mapper import OUTPUTS, PromptMapper
from synapse_magic.http.prompt.prompt import Prompt, cell
from synapse_magic.http.prompt.reply import TYPES
from synapse_magic.http.prompt.template import Part, columns_of, parts_of
from synapse_magic.http.prompt.usage import Prices
from synapse_magic.http.service.operation import Polling
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import names
from synapse_magic.services.column_types import spark_type
from synapse_magic.services.http_schema import ERROR
from synapse_magic.services.prompt_params import CHAT, RESPONSES, PromptParams
from synapse_magic.services.reply_form import form_of, response_format
from synapse_magic.services.service_params import KEYS
from synapse_magic.spark.columns import field

if TYPE_CHECKING:
    from typing_extensions import Self

_SERVICES: dict[str, Service] = {"chat_completions": CHAT.service, "responses": RESPONSES.service}
_KINDS = ("text", "path", "image")
_FILE_MEGABYTES = 50.0
_BATCH_SECONDS = 26 * 3600.0
"""For a batch, which has a day, and the files before and after it."""
_LONGEST_PAUSE = 300.0
_QUESTIONS = 1_000_000


class OpenAIPrompt(PromptParams):
    """Ask a model something about each row, and give its reply as text, a list or a struct.

    Columns stand in braces in ``promptTemplate``. A row in which one of them is null is not asked
    about, and gets null. With ``schema`` each reply is a struct of Spark: the server holds the
    model to it, the reply is checked again here, and a model whose reply does not fit is told so
    and asked once more. What then does not fit is an error of its row, with what was paid for it
    in ``usageCol``.

    It asks every server that speaks OpenAI's language: ``url`` says where.

    Examples
    --------
    >>> stage = OpenAIPrompt(
    ...     promptTemplate="Which city is this about? {text}",
    ...     schema="city string, confidence double NOT NULL COMMENT 'from 0 to 1'",
    ...     deploymentName="gpt-4.1-mini",
    ...     outputCol="found",
    ...     usageCol="tokens",
    ... )
    >>> answered = stage.transform(frame)  # doctest: +SKIP

    The output of a row is then a struct of ``city`` and ``confidence``.
    """

    def _set(self, **values: Any) -> Self:
        if isinstance(values.get("schema"), DataType):
            values["schema"] = values["schema"].json()  # which keeps comments and what may be null
        super()._set(**values)
        return self

    def mapper(self, columns: dict[str, int], kept: int) -> PromptMapper:
        """Return what workers run: questions for rows of Arrow batches; see the base class."""
        plain = vars(super().mapper(columns, kept))
        together = self.getOrDefault("batchSize") if self._batched else None
        own = {"service": self._service(), "prompt": self._prompt(), "together": together}
        return PromptMapper(**{**plain, **own})

    @property
    def _batched(self) -> bool:
        return bool(self.getOrDefault("mode") == "batch")

    def _prompt(self) -> Prompt:
        api = self.getOrDefault("apiType")
        form = form_of(
            self._given("schema"),
            self.getOrDefault("postProcessing"),
            self.getOrDefault("postProcessingOptions"),
        )
        told = response_format(form, self._given("responseFormat"), api)
        kinds = self.getOrDefault("columnTypes")
        return Prompt(
            api=api,
            parts=self._parts(),
            system=self._system(told),
            kinds={column: kind for column, kind in kinds.items() if kind != "text"},
            file_limit=self._given("fileSizeLimitMB") or _FILE_MEGABYTES,
            form=form,
            response_format=told,
            prices=self._prices(),
            outputs=tuple(self._beside()),
        )

    def _service(self) -> Service:
        """Return the service that is asked, of whose reply only what a prompt needs is read."""
        api = self.getOrDefault("apiType")
        service = _SERVICES[api]
        return replace(
            service,
            name=type(self).__name__,
            required=("deploymentName", *map(cell, columns_of(self._parts()))),
            reply=replace(service.reply, path=(), value=(), type=TYPES[api], some=()),
        )

    def _parts(self) -> tuple[Part, ...]:
        template = self._given("promptTemplate")
        if template is None or not template.strip():
            wrong = "must be set" if template is None else "is empty"
            raise SynapseError(
                f"promptTemplate of {type(self).__name__} {wrong}. "
                "Try: promptTemplate='Translate {text}'"
            )
        return parts_of(template)

    def _system(self, told: dict[str, Any] | None) -> str:
        """Return what the model is told first; that it is JSON where the server insists on that."""
        system = str(self.getOrDefault("systemPrompt"))
        said = f"{system} {self.getOrDefault('promptTemplate')}".lower()
        if told == {"type": "json_object"} and "json" not in said:
            return f"{system} Reply in JSON.".lstrip()
        return system

    def _prices(self) -> Prices | None:
        given = ("inputPrice", "outputPrice", "cachedInputPrice")
        prompt, completion, cached = (self._given(name) for name in given)
        if prompt is not None and completion is not None:
            return Prices(prompt, completion, cached)
        if self.isSet("costCol"):
            raise SynapseError(
                f"costCol of {type(self).__name__} needs the prices of your provider. "
                "Try: inputPrice=..., outputPrice=... for a million tokens"
            )
        return None

    def _beside(self) -> dict[str, str]:
        """Return the columns beside value and error, by what they hold."""
        asked = {"usage": "usageCol", "cost": "costCol", "id": "responseIdCol"}
        found = {what: self._given(name) for what, name in asked.items()}
        if not self.getOrDefault("dropPrompt"):
            found["messages"] = self._given("messagesCol") or f"{self.uid}_messages"
        return {what: column for what, column in found.items() if column is not None}

    def _outputs(self) -> list[str]:
        value, error = super()._outputs()
        outputs = [value, *self._beside().values(), error]
        if len({name.casefold() for name in outputs}) < len(outputs):
            raise SynapseError(
                f"The new columns of {type(self).__name__} must differ, got {', '.join(outputs)}"
            )
        return outputs

    def _kinds(self) -> list[DataType]:
        prompt = self._prompt()
        kinds = [prompt.form.type, *(OUTPUTS[name] for name in prompt.outputs)]
        return [*map(spark_type, kinds), ERROR]

    def _named(self) -> dict[str, str]:
        named = super()._named()
        if "model" in named:
            named.setdefault("deploymentName", named.pop("model"))
        return {**named, **{cell(column): column for column in columns_of(self._parts())}}

    def _constants(self) -> dict[str, Any]:
        constants = super()._constants()
        if "model" in constants:
            constants.setdefault("deploymentName", constants.pop("model"))
        return constants

    def _require_values(self, named: dict[str, str]) -> None:
        super()._require_values(named)
        api = self.getOrDefault("apiType")
        known = {*names(_SERVICES[api].body), "model"}
        for name in (*named, *self._constants()):
            if name in self.row["params"] and name not in known:
                other = next(each for each in _SERVICES if each != api)
                raise SynapseError(
                    f"{name} of {type(self).__name__} is nothing that {api} take. "
                    f"Try: without it, or apiType={other!r}"
                )

        if self._batched:
            self._require_batches(named)

    def _require_batches(self, named: dict[str, str]) -> None:
        """Raise where a batch could be lost, or would be of several customers or models."""
        if not self.isSet("journal"):
            raise SynapseError(
                f"mode='batch' of {type(self).__name__} needs a journal, by which a job that is "
                "run again finds the batch that was begun. Try: journal='folder'"
            )
        own = next((name for name in KEYS if name in named), None)
        if own is not None:
            raise SynapseError(
                f"mode='batch' has one key for all rows, and {own}Col of {type(self).__name__} "
                f"has one for each. Try: {own}, or mode='calls'"
            )
        if "deploymentName" in named:
            own = "deploymentName" if self.isSet("deploymentNameCol") else "model"
            raise SynapseError(
                f"mode='batch' has one model for all rows, as providers want it, and {own}Col of "
                f"{type(self).__name__} has one for each. Try: {own}, with a stage for each "
                "model, or mode='calls'"
            )

    def _policy(self) -> Policy:
        policy = super()._policy()
        if not self._batched:
            return policy
        limit = policy.deadline if self.isSet("concurrentTimeout") else _BATCH_SECONDS
        # A file is no prompt, whose size would tell how many tokens it has.
        return replace(policy, deadline=limit, tokens_per_minute=None)

    def _polling(self) -> Polling:
        if not self._batched:
            return super()._polling()
        least = self.getOrDefault("pollingDelay") / 1000
        return Polling(least, least, max(least, _LONGEST_PAUSE), _QUESTIONS)

    def _require_types(self, schema: StructType, named: dict[str, str]) -> None:
        cells = {name: column for name, column in named.items() if name == cell(column)}
        super()._require_types(schema, {n: c for n, c in named.items() if n not in cells})
        kinds = self.getOrDefault("columnTypes")
        for column, kind in kinds.items():
            if column not in cells.values():
                hint = closest(column, cells.values()) or "Try: put it there in braces"
                raise SynapseError(f"columnTypes: {column!r} is not in promptTemplate. {hint}")
            if kind not in _KINDS:
                hint = closest(kind, _KINDS)
                expected = f"expected one of {', '.join(_KINDS)}, got {kind!r}"
                raise SynapseError(f"columnTypes of {column!r}: {expected}. {hint}".rstrip())
        for column in cells.values():
            _require_cell(schema, column, kinds.get(column, "text"))


def _require_cell(schema: StructType, column: str, kind: str) -> None:
    """Raise unless a column can stand in a template as what it is said to hold."""
    try:
        got = field(schema, column).dataType
    except SynapseError as error:
        braces = "Braces that name no column are written {{ and }}"
        told = f"{error}" if str(error).endswith(("?", ".")) else f"{error}."
        raise SynapseError(f"promptTemplate: {told} {braces}") from None
    if kind == "text" and isinstance(got, BinaryType):
        raise SynapseError(
            f"promptTemplate: {column!r} holds bytes. Try: columnTypes={{{column!r}: 'path'}} for "
            "files, or 'image'"
        )
    if kind != "text" and not isinstance(got, (StringType, BinaryType)):
        raise SynapseError(
            f"columnTypes: {column!r} must hold paths, addresses or bytes for {kind!r}, and is of "
            f"{got.simpleString()[:200]}"
        )
