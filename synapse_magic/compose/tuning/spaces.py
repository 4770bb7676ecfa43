"""What may be tried for a param: ranges and choices, and the names SynapseML gives them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synapse_magic.errors import SynapseError


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``, both included; whole where both ends are whole.

    Parameters
    ----------
    low, high : int or float
        The least and the largest value.
    log : bool
        Draw on a logarithmic scale: for values whose ratio matters, such as a learning rate.

    Raises
    ------
    SynapseError
        When the ends are no numbers, or not in order; or not positive on a logarithmic scale.

    Examples
    --------
    >>> Range(15, 127).at(0.5)
    71
    >>> Range(0.01, 1.0, log=True).at(0.5)
    0.1
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            number = isinstance(end, (int, float)) and not isinstance(end, bool)
            if not number or not math.isfinite(end):
                raise SynapseError(f"Range takes two numbers, got {end!r}. Try: Range(15, 127)")
        if self.low >= self.high:
            raise SynapseError(
                f"Range goes from the smaller to the larger number, got {self.low!r} to "
                f"{self.high!r}. Try: Range({self.high!r}, {self.low!r})"
            )
        if self.log and self.low <= 0:
            raise SynapseError(
                f"A logarithmic Range begins above 0, got {self.low!r}. Try: a small positive "
                "number, or log=False"
            )

    @property
    def whole(self) -> bool:
        """Whether the values are integers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def at(self, part: float) -> float:
        """Return the value at a part of the way from ``low`` to ``high``, 0 <= part < 1."""
        low, high = float(self.low), float(self.high) + self.whole
        value = low * (high / low) ** part if self.log else low + part * (high - low)
        if self.whole:
            return min(math.floor(value), int(self.high))
        # Twelve digits: what is drawn is what is written into code and read back.
        return min(max(float(f"{value:.12g}"), self.low), self.high)

    def samples(self) -> tuple[float, ...]:
        """Return the values a declaration is checked with: if both ends fit, all between do."""
        return (self.low, self.high)

    def __repr__(self) -> str:
        return f"Range({self.low!r}, {self.high!r}{', log=True' if self.log else ''})"


class Choice:
    """One of some values, of any type that the param takes.

    Examples
    --------
    >>> Choice("gbdt", "dart").at(0.7)
    'dart'
    """

    def __init__(self, *values: Any) -> None:
        if not values:
            raise SynapseError("Choice needs at least one value. Try: Choice('gbdt', 'dart')")
        self.values = values

    log = False

    def at(self, part: float) -> Any:
        """Return the value at a part of the way through, 0 <= part < 1."""
        return self.values[min(int(part * len(self.values)), len(self.values) - 1)]

    def samples(self) -> tuple[Any, ...]:
        """Return the values a declaration is checked with: all."""
        return self.values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choice) and self.values == other.values

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"Choice({', '.join(map(repr, self.values))})"


Space = Range | Choice


class ParamSpace(dict[Any, Space]):
    """Params and what may be tried for each: ``{gbm.numLeaves: Range(15, 127)}``.

    A key is a param of a stage, or its name where only one stage has it (``"numLeaves"``), or the
    class and the name (``"LightGBMClassifier.numLeaves"``). A plain dict serves as well.
    """

    search = ""

    def __init__(
        self, space: Mapping[Any, Space] | Iterable[tuple[Any, Space]] = (), **named: Space
    ) -> None:
        super().__init__(space, **named)

    def space(self) -> ParamSpace:
        """Return this space, as SynapseML's code asks for it."""
        return self

    def __repr__(self) -> str:
        inside = ", ".join(f"{_key(key)}: {space!r}" for key, space in self.items())
        return f"{type(self).__name__}({{{inside}}})" if self.search else f"{{{inside}}}"


class GridSpace(ParamSpace):
    """A space whose every combination is tried; it takes :class:`Choice` alone.

    Examples
    --------
    >>> GridSpace({"numLeaves": Choice(15, 31), "maxDepth": Choice(4, 8)}).space()
    GridSpace({'numLeaves': Choice(15, 31), 'maxDepth': Choice(4, 8)})
    """

    search = "grid"


class RandomSpace(ParamSpace):
    """A space of which ``numRuns`` combinations are drawn at random.

    Examples
    --------
    >>> RandomSpace({"numLeaves": Range(15, 127)})
    RandomSpace({'numLeaves': Range(15, 127)})
    """

    search = "random"


class HyperparamBuilder:
    """Collects a space param by param, as SynapseML's code does.

    Examples
    --------
    >>> gbm = LightGBMClassifier()  # doctest: +SKIP
    >>> builder = HyperparamBuilder().addHyperparam(gbm, gbm.numLeaves, Range(15, 127))
    >>> tuner = TuneHyperparameters(models=[gbm], paramSpace=RandomSpace(builder.build()))
    """

    def __init__(self) -> None:
        self._space = ParamSpace()

    def addHyperparam(self, est: Any, param: Any, hyperParam: Space) -> HyperparamBuilder:
        """Add what may be tried for a param of an estimator, and return the builder."""
        name = param if isinstance(param, str) else param.name
        self._space[est.getParam(name)] = hyperParam
        return self

    def build(self) -> ParamSpace:
        """Return the space collected so far."""
        return ParamSpace(self._space)


def DiscreteHyperParam(values: Sequence[Any], seed: int = 0) -> Choice:  # noqa: ARG001
    """Return ``Choice(*values)``; the tuner's own seed draws from it, whatever ``seed`` is."""
    return Choice(*values)


def RangeHyperParam(min: float, max: float, seed: int = 0) -> Range:  # noqa: A002, ARG001
    """Return ``Range(min, max)``; the tuner's own seed draws from it, whatever ``seed`` is."""
    return Range(min, max)


def IntRangeHyperParam(min: int, max: int, seed: int = 0) -> Range:  # noqa: A002
    """Return the ``Range`` of whole numbers."""
    return RangeHyperParam(int(min), int(max), seed)


def FloatRangeHyperParam(min: float, max: float, seed: int = 0) -> Range:  # noqa: A002
    """Return the ``Range`` of numbers that need not be whole."""
    return RangeHyperParam(float(min), float(max), seed)


LongRangeHyperParam = IntRangeHyperParam
DoubleRangeHyperParam = FloatRangeHyperParam


def to_json(space: Space) -> dict[str, Any]:
    """Return a space as JSON values."""
    if isinstance(space, Range):
        return {"range": [space.low, space.high], "log": space.log}
    return {"choice": list(space.values)}


def from_json(told: Mapping[str, Any]) -> Space:
    """Return the space that :func:`to_json` told."""
    if "range" in told:
        low, high = told["range"]
        return Range(low, high, told["log"])
    return Choice(*told["choice"])


def _key(key: Any) -> str:
    if isinstance(key, str):
        return repr(key)
    owner = str(key.parent).partition("_")[0]
    # The param of a class has a stand-in for its parent.
    return repr(key.name) if owner in ("", "undefined") else f"{owner}.{key.name}"
