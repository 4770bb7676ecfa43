"""What of Python is not part of the language, each with what to write instead."""

from __future__ import annotations

import ast

ALLOWED = (
    ast.Module,
    ast.Assign,
    ast.Expr,
    ast.Call,
    ast.keyword,
    ast.Name,
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Set,
    ast.UnaryOp,
    ast.BinOp,
    ast.Compare,
    ast.BoolOp,
    ast.expr_context,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
    ast.boolop,
)
"""The node types that may occur in a body; everything else is refused."""

_COMPUTE = "compute it in Python before the cell, x = ..., and write {x}"
_PLAIN = "write one line for each step and option"

REFUSALS: dict[str, tuple[str, str]] = {
    "Import": ("import", "import in a cell of its own; stages need no import here"),
    "ImportFrom": ("import", "import in a cell of its own; stages need no import here"),
    "Attribute": (
        "attribute access with a dot",
        "a column whose name has a dot is a string, 'a.b'; a Python value is {x}, with x = ... "
        "before the cell",
    ),
    "Subscript": (
        "subscription with brackets",
        "a column is its bare name; for a Python value set x = ... before the cell and write {x}",
    ),
    "Lambda": ("lambda", "define the function before the cell, def fn(...), and write {fn}"),
    "JoinedStr": ("an f-string", "build the text before the cell and write {text}"),
    "TemplateStr": ("a t-string", "build the text before the cell and write {text}"),
    "ListComp": ("a list comprehension", _COMPUTE),
    "SetComp": ("a set comprehension", _COMPUTE),
    "DictComp": ("a dict comprehension", _COMPUTE),
    "GeneratorExp": ("a generator expression", _COMPUTE),
    "IfExp": ("a conditional expression", _COMPUTE),
    "Slice": ("a slice", _COMPUTE),
    "AnnAssign": ("a type annotation", "leave the annotation out: name = value"),
    "AugAssign": ("augmented assignment", "write the whole value: name = value"),
    "Starred": ("a star", "name the columns one by one, or write {columns} for a list of names"),
    "NamedExpr": ("the walrus operator :=", "give the step a line of its own: name = Stage(...)"),
    "Await": ("await", "await before the cell, x = await ..., and write {x}"),
    "Yield": ("yield", _PLAIN),
    "YieldFrom": ("yield", _PLAIN),
    "FunctionDef": ("a function", "define the function before the cell and write {fn}"),
    "AsyncFunctionDef": ("a function", "define the function before the cell and write {fn}"),
    "ClassDef": ("a class", "define the class before the cell"),
    "Return": ("return", "the verb gives its result itself; keep it with -o NAME"),
    "Delete": ("del", "delete the variable in a cell of its own"),
    "For": ("a for loop", "run the magic from a Python loop, or use stages of several columns"),
    "AsyncFor": ("a for loop", "run the magic from a Python loop"),
    "While": ("a while loop", "run the magic from a Python loop"),
    "If": ("if", "decide before the cell and write {x}; to keep some rows, use where = ..."),
    "With": ("with", "open what you need before the cell and write {x}"),
    "AsyncWith": ("with", "open what you need before the cell and write {x}"),
    "Match": ("match", "decide before the cell and write {x}"),
    "Raise": ("raise", _PLAIN),
    "Try": ("try", "put the magic itself into a try block: get_ipython().run_cell_magic(...)"),
    "TryStar": ("try", "put the magic itself into a try block"),
    "Assert": ("assert", "check it in a cell of its own"),
    "Global": ("global", _PLAIN),
    "Nonlocal": ("nonlocal", _PLAIN),
    "Pass": ("pass", "leave the line out"),
    "Break": ("break", _PLAIN),
    "Continue": ("continue", _PLAIN),
    "TypeAlias": ("a type alias", _PLAIN),
}
"""Node types by class name, with their name in words and what to write instead."""
