"""The ``split`` option: a frame in two, by shares, by time, by whole groups or by a condition."""

from __future__ import annotations

import ast

from synapse_magic.language.body import is_variable
from synapse_magic.language.columns import quoted
from synapse_magic.language.conditions import Conditions
from synapse_magic.language.layout import call, literal, method, name
from synapse_magic.language.request import Frame, Request
from synapse_magic.language.roles import Roles

_SHARES = 10_000
"""Parts that the hashes of groups are counted in."""


def read_split(request: Request, frame: Frame) -> ast.expr | None:
    """Return the ``split`` option, fractions or a condition, checked; None without one."""
    given = request.options.get("split")
    if given is None:
        return None
    if isinstance(given.node, (ast.List, ast.Tuple)) or is_variable(given.node):
        fractions = given.values.get(given.node)
        if not _are_fractions(fractions):
            raise given.values.text.error(
                given.node,
                f"split must be {request.verb.options['split'].expected}, got {fractions!r}",
            )
        code = given.values.code(given.node)
        return ast.List(code.elts) if isinstance(code, ast.Tuple) else code
    if isinstance(given.node, ast.Constant):
        raise given.values.text.error(
            given.node, f"split must be {request.verb.options['split'].expected}"
        )
    return Conditions(given.values, frame.columns).condition(given.node)


def _are_fractions(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(type(part) in (int, float) and part > 0 for part in value)
    )


def write_split(
    request: Request, frame: Frame, split: ast.expr | None, roles: Roles
) -> tuple[ast.expr, ast.expr]:
    """Write the split and return the names of the two frames.

    Parameters
    ----------
    request : Request
    frame : Frame
    split : ast.expr or None
        What :func:`read_split` gave; None leaves the frame whole.
    roles : Roles
        By time, the last rows are held out. Groups stay whole when fractions are drawn: one that is
        torn apart would be tested on what was learned from it.
    """
    if split is None:
        return frame.code, literal(None)
    builder = request.builder
    train, test = name(builder.fresh("train")), name(builder.fresh("test"))
    if not isinstance(split, (ast.List, ast.Name)):
        _write_condition(request, frame, split, train, test)
    elif roles.time is not None:
        by_time = builder.use("synapse_magic", "split_by_time")
        parts = call(by_time, frame.code, literal(roles.time), split)
        builder.assign(f"{train.id}, {test.id}", parts)
    elif roles.group is not None:
        _write_whole_groups(request, frame, split, roles.group, train, test)
    else:
        seed = request.option_or_default("seed")
        drawn = method(frame.code, "randomSplit", split, seed=seed)
        builder.assign(f"{train.id}, {test.id}", drawn)
    return train, test


def _write_condition(
    request: Request, frame: Frame, split: ast.expr, train: ast.Name, test: ast.Name
) -> None:
    builder = request.builder
    functions = builder.use("pyspark.sql", "functions as F")
    # A null condition is neither true nor false: such a row is held out, not dropped.
    chosen = name(builder.fresh("chosen"))
    false = method(functions, "lit", literal(False))
    builder.assign(chosen.id, method(functions, "coalesce", split, false))
    builder.assign(train.id, method(frame.code, "where", chosen))
    builder.assign(test.id, method(frame.code, "where", ast.UnaryOp(ast.Invert(), chosen)))


def _write_whole_groups(
    request: Request, frame: Frame, split: ast.expr, group: str, train: ast.Name, test: ast.Name
) -> None:
    builder = request.builder
    functions = builder.use("pyspark.sql", "functions as F")
    seed = method(functions, "lit", request.option_or_default("seed"))
    hashed = method(functions, "xxhash64", literal(quoted(group)), seed)
    drawn = name(builder.fresh("drawn"))
    of = method(functions, "lit", literal(_SHARES))
    builder.assign(drawn.id, method(functions, "pmod", hashed, of))
    chosen = ast.Compare(drawn, [ast.Lt()], [_limit(split)])
    held_out = ast.Compare(drawn, [ast.GtE()], [_limit(split)])
    builder.assign(train.id, method(frame.code, "where", chosen))
    builder.assign(test.id, method(frame.code, "where", held_out))


def _limit(split: ast.expr) -> ast.expr:
    """Return below which share of a group's hash it is for training."""
    if isinstance(split, ast.List):
        first, second = (ast.literal_eval(ast.unparse(part)) for part in split.elts)
        return literal(round(_SHARES * first / (first + second)))
    part = ast.BinOp(literal(_SHARES), ast.Mult(), ast.Subscript(split, literal(0)))
    return ast.BinOp(part, ast.Div(), call("sum", split))
