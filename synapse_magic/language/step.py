"""One stage of a pipeline while its call is being written."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from synapse_magic.language.layout import call, literal
from synapse_magic.language.stages import StageInfo


@dataclass
class Step:
    """One stage of the pipeline to be.

    Attributes
    ----------
    info : StageInfo
        What is known of the stage.
    reads : dict of str to tuple of str
        The columns each input param names.
    codes : dict of str to ast.expr
        The expression of each argument that is written as it came.
    order : list of str
        The arguments in the order they are written.
    writes : list of (str, str)
        Name and type of each column it adds.
    """

    info: StageInfo
    reads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, ast.expr] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    writes: list[tuple[str, str]] = field(default_factory=list)

    def put(self, param: str, code: ast.expr | None = None) -> None:
        """Write an argument; without an expression it is made of the columns it reads."""
        if param not in self.order:
            self.order.append(param)
        if code is not None:
            self.codes[param] = code

    def code(self, stage: ast.expr, renamed: Mapping[str, str]) -> ast.expr:
        """Return the call of the stage, its input columns under their new names if any."""
        arguments = {param: self._argument(param, renamed) for param in self.order}
        return call(stage, **arguments)

    def _argument(self, param: str, renamed: Mapping[str, str]) -> ast.expr:
        names = self.reads.get(param, ())
        if param in self.codes and not any(name in renamed for name in names):
            return self.codes[param]
        written = [renamed.get(name, name) for name in names]
        several = self.info.options[param].kind == "columns"
        return literal(written if several else written[0])
