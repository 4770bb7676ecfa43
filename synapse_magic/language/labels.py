"""The label of a training: found, checked, and indexed where it is no number."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from synapse_magic.language.body import Statement
from synapse_magic.language.builder import Builder
from synapse_magic.language.columns import Columns, quoted
from synapse_magic.language.layout import call, literal, method, name
from synapse_magic.language.request import Frame, Given, Request, named_column
from synapse_magic.language.stages import StageInfo, find, is_stage_name


@dataclass
class Label:
    """The label column of a training.

    Attributes
    ----------
    name : str or None
        The column as the user named it, None without a label.
    source : str or None
        The column it is read from: the same, or a copy that ``pyspark.ml`` can take.
    column : str or None
        The column that predictors learn: the same, or its index.
    type : str or None
        Its Spark type.
    in_frame : bool
        Whether the frame has it, or only a step makes it.
    classifies : bool
        Whether it is learned as a class.
    classes : ast.expr
        The expression of its class names.
    """

    name: str | None = None
    source: str | None = None
    column: str | None = None
    type: str | None = None
    in_frame: bool = False
    classifies: bool = False
    classes: ast.expr = field(default_factory=lambda: literal(()))

    def prepare(self, request: Request, frame: Frame) -> None:
        """Write the check of the label, and the copy of it that ``pyspark.ml`` needs."""
        if self.name is None or not self.in_frame:
            return
        builder = request.builder
        check = builder.use("synapse_magic", "check_label")
        if self.classifies:
            checked = call(check, frame.code, literal(self.name))
            self.classes = name(builder.fresh("classes"))
            builder.assign(flat_name(self.classes), checked)
        else:
            builder.run(call(check, frame.code, literal(self.name), classes=literal(False)))
        if self.source is not None and self.source != self.name:
            copy = label_copy(builder, self.name, self.type, self.source)
            builder.assign(frame.code.id, method(frame.code, "withColumn", *copy))

    def stages(self, builder: Builder) -> list[ast.expr]:
        """Return the stage that indexes the label, if it needs one."""
        if self.source is None or self.column is None or self.source == self.column:
            return []
        return [
            call(
                builder.use("pyspark.ml.feature", "StringIndexer"),
                inputCol=literal(self.source),
                outputCol=literal(self.column),
                stringOrderType=literal("alphabetAsc"),
            )
        ]


def flat_name(node: ast.expr) -> str:
    """Return the text of a name."""
    return node.id if isinstance(node, ast.Name) else ""


def label_of(request: Request, frame: Frame) -> Label:
    """Return the label that the cell names, with the columns that stand for it.

    Raises
    ------
    CellError
        When there is no such column, or its type cannot be learned by the last step.
    """
    found = _named(request, frame.columns)
    if found is None:
        return Label()
    written, type_, in_frame, given = found
    predictor = _predictor(request)
    label = Label(written, written, written, type_, in_frame)
    label.classifies = predictor is not None and predictor.classifies
    if not in_frame:
        return label
    text = is_text(type_)
    if text or type_ == "boolean":
        if predictor is not None and not label.classifies:
            words = "text" if text else "true or false"
            raise given.values.text.error(
                given.node,
                f"The label {written!r} is {words}, and {predictor.name} predicts numbers. "
                "Try: a classifier, such as LogisticRegression",
            )
    elif type_ is not None and not is_number(type_):
        raise given.values.text.error(
            given.node, f"The label {written!r} is {type_}. Expected numbers, text or booleans"
        )
    _derive(label, predictor, _all_names(request, frame.columns))
    return label


def copy_name(column: str, type_: str | None) -> str:
    """Return the name of the copy of a label that ``pyspark.ml`` can take, or its own name.

    Examples
    --------
    >>> copy_name("is.rich", "boolean")
    'is_rich_text'
    """
    safe = safe_name(column)
    return f"{safe}_text" if type_ == "boolean" else safe


def label_copy(
    builder: Builder, column: str, type_: str | None, copy: str
) -> tuple[ast.expr, ast.expr]:
    """Return name and expression of the copy of a label."""
    functions = builder.use("pyspark.sql", "functions as F")
    value = method(functions, "col", literal(quoted(column)))
    if type_ == "boolean":
        value = method(value, "cast", literal("string"))
    return literal(copy), value


def safe_name(column: str) -> str:
    """Return the name without dots and backticks, which ``pyspark.ml`` reads as its own."""
    return re.sub(r"[.`]", "_", column)


def is_text(type_: str | None) -> bool:
    """Say whether a Spark type is a text."""
    return type_ is not None and type_.startswith(("string", "varchar", "char"))


def is_number(type_: str) -> bool:
    """Say whether a Spark type is a number."""
    plain = ("tinyint", "smallint", "int", "bigint", "float", "double")
    return type_ in plain or type_.startswith("decimal")


def _derive(label: Label, predictor: StageInfo | None, names: Columns) -> None:
    written = str(label.name)
    indexed = is_text(label.type) or label.type == "boolean"
    if indexed or (predictor is not None and not predictor.ours):
        copy = copy_name(written, label.type)
        label.source = written if copy == written else names.fresh(copy)
    label.column = label.source
    if indexed:
        label.column = names.fresh(f"{safe_name(written)}_index")


def _all_names(request: Request, columns: Columns) -> Columns:
    targets = [(target.id, None) for step in request.steps for target in step.targets]
    return Columns([*columns.fields, *targets])


def _named(request: Request, columns: Columns) -> tuple[str, str | None, bool, Given] | None:
    """Return the label's name, type, whether the frame has it, and where it is named."""
    given = request.options.get("label")
    if given is None:
        given = _label_keyword(request)
    if given is None:
        return None
    targets = [target.id for step in request.steps for target in step.targets]
    written = given.node.id if isinstance(given.node, ast.Name) else given.values.get(given.node)
    if written in targets and written not in columns:
        return str(written), None, False, given
    column = named_column(given, "label", columns)
    return column, columns.type(column), True, given


def _label_keyword(request: Request) -> Given | None:
    """Return ``labelCol=...`` of the last step, which means the same as the option."""
    value = request.steps[-1].value
    keywords = value.keywords if isinstance(value, ast.Call) else []
    nodes = [each.value for each in keywords if each.arg == "labelCol"]
    return Given(nodes[0], request.values) if nodes else None


def _predictor(request: Request) -> StageInfo | None:
    """Return the stage that learns the label: the last one that predicts, nested ones too."""
    found = [info for step in request.steps for info in _predictors(step)]
    return found[-1] if found else None


def _predictors(step: Statement) -> list[StageInfo]:
    """Return the stages in a step that predict; unknown names are reported when it is read."""
    names = [
        node.func.id
        for node in ast.walk(step.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    infos = [find(name) for name in names if is_stage_name(name)]
    return [info for info in infos if info.predicts]
