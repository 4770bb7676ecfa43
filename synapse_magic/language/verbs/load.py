"""``load``: a frame from files or a table, or a saved model."""

from __future__ import annotations

import ast
import re

from synapse_magic.errors import SynapseError
from synapse_magic.language.body import is_variable
from synapse_magic.language.columns import Columns
from synapse_magic.language.conditions import Conditions
from synapse_magic.language.context import is_table_name
from synapse_magic.language.layout import call, literal, method
from synapse_magic.language.request import Request
from synapse_magic.language.values import bare_name

EXTENSIONS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".orc": "orc",
    ".txt": "text",
    ".avro": "avro",
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp"), "image"),
}
"""The format of files by the end of their name, before ``.gz`` and the like."""

_COMPRESSED = re.compile(r"\.(gz|bz2|xz|zst|zstd|lz4|snappy)$", re.IGNORECASE)


def generate_load(request: Request) -> None:
    """Write the program: a read, and the model's load for a saved model."""
    place = request.text_argument(0)
    if place is None:
        raise SynapseError("load needs a path or a table. Try: %synapse load PATH")
    path, code = place
    format_ = request.value("format") or _format_of(path)
    if format_ is None and _is_table(request, path):
        frame: ast.expr = method(ast.Name("spark"), "table", code)
        _refuse_options(request, "a table", ("header", "schema", "options", "format"))
        columns = Columns.of_schema(
            request.context.schema(path), request.context.case_sensitive, path
        )
        _give_frame(request, frame, columns)
    elif request.context.kind(path) == "missing":
        raise SynapseError(f"There is nothing at {path}. Try: the full path, or %synapse status")
    elif format_ == "model" or (format_ is None and request.context.kind(path) != "data"):
        _refuse_options(request, "a model", tuple(request.verb.options))
        request.builder.give(call(request.builder.use("synapse_magic", "load_model"), code))
    else:
        read = _read_images if format_ == "image" else _read
        frame = read(request, path, code, format_ or "parquet")
        _give_frame(request, frame, Columns((), request.context.case_sensitive, False, path))


def _format_of(path: str) -> str | None:
    bare = _COMPRESSED.sub("", path.rstrip("/\\*"))
    return next((f for end, f in EXTENSIONS.items() if bare.lower().endswith(end)), None)


def _is_table(request: Request, path: str) -> bool:
    return is_table_name(path) and request.context.schema(path) is not None


def _refuse_options(request: Request, what: str, names: tuple[str, ...]) -> None:
    for name in names:
        given = request.options.get(name)
        if given is not None and name != "format":
            raise given.values.text.error(
                given.node, f"{name} says how files are read, and this is {what}"
            )


def _read_images(request: Request, _path: str, code: ast.expr, _format: str) -> ast.expr:
    _refuse_options(request, "images", ("header", "schema", "options"))
    read = request.builder.use("synapse_magic", "read_images")
    return call(read, code, spark=ast.Name("spark"))


def _read(request: Request, path: str, code: ast.expr, format_: str) -> ast.expr:
    keywords: dict[str, ast.expr] = {"format": literal(format_)}
    schema = request.option("schema")
    if schema is not None:
        keywords["schema"] = schema
    if format_ == "csv":
        keywords["header"] = request.option_or_default("header")
        if schema is None:
            keywords["inferSchema"] = literal(True)
        if _COMPRESSED.sub("", path).lower().endswith(".tsv"):
            keywords["sep"] = literal("\t")
    elif "header" in request.options:
        given = request.options["header"]
        raise given.values.text.error(given.node, f"header is for CSV, and this is {format_}")
    reader: ast.expr = ast.Attribute(ast.Name("spark"), "read")
    extra = _reader_options(request)
    if extra:
        reader = method(reader, "options", **extra)
    return method(reader, "load", code, **keywords)


def _reader_options(request: Request) -> dict[str, ast.expr]:
    given = request.options.get("options")
    if given is None:
        return {}
    request.option("options")
    if is_variable(given.node):
        value = given.values.get(given.node)
        return {str(key): literal(each) for key, each in value.items()}
    if not isinstance(given.node, ast.Dict):
        raise given.values.text.error(given.node, bare_name(ast.unparse(given.node)))
    keys = [given.values.get(key) for key in given.node.keys if key is not None]
    for node, key in zip(given.node.keys, keys):
        if not (isinstance(key, str) and key.isidentifier()):
            raise given.values.text.error(node or given.node, "An option of a reader is a name")
    return {key: given.values.code(node) for key, node in zip(keys, given.node.values)}


def _give_frame(request: Request, frame: ast.expr, columns: Columns) -> None:
    given = request.options.get("where")
    if given is not None:
        condition = Conditions(given.values, columns).condition(given.node)
        local = ast.Name(request.builder.fresh("frame"))
        request.builder.assign(local.id, frame)
        frame = method(local, "where", condition)
    request.builder.show_with("result.show()")
    cached = request.value("cache")
    request.builder.give(method(frame, "cache") if cached else frame)
