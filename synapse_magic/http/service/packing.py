"""Rows put together for one request: as many as it takes, and only equal ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from synapse_magic.http.service.json_text import encode
from synapse_magic.http.service.making import items
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import FillError, names

Place = TypeVar("Place")
Values = Mapping[str, Any]
_BYTES_A_TOKEN = 3
_OPEN = 4


@dataclass
class Unit(Generic[Place]):
    """What becomes one request.

    Attributes
    ----------
    places : list
        Where the rows are from.
    values : dict
        What they have in common.
    rows : list of dict
        What differs between them; empty for a service that takes one row.
    """

    places: list[Place]
    values: Values = field(repr=False)
    rows: list[Values] = field(default_factory=list)
    bytes: int = 0
    tokens: int = 0


def units(
    service: Service,
    rows: Iterable[tuple[Place, Values | None]],
    most: int | None = None,
    tokens: int | None = None,
) -> Iterator[Unit[Place] | Place]:
    """Yield requests to be made, and the places of rows for which there is nothing to call.

    Parameters
    ----------
    service : Service
    rows : iterable of (place, values)
        None for a row that lacks what must be there.
    most : int, optional
        Items in a request, if fewer than the service takes.
    tokens : int, optional
        Tokens in a request, if fewer than the service takes.
    """
    packer: _Packer[Place] | None = _Packer(service, most, tokens) if service.batch else None
    for place, values in rows:
        if values is None:
            yield place
        elif packer is None:
            yield Unit([place], values)
        else:
            yield from packer.add(place, values)
    if packer is not None:
        yield from packer.rest()


class _Packer(Generic[Place]):
    """Requests that are being filled, one for each set of values that rows have in common."""

    def __init__(self, service: Service, most: int | None, tokens: int | None) -> None:
        assert service.batch is not None  # who packs has asked
        self._batch = service.batch
        self._most = min(most or self._batch.most, self._batch.most)
        known = [each for each in (tokens, self._batch.tokens) if each is not None]
        self._tokens = min(known, default=None)
        self._own = set(names(self._batch.item)).difference(
            names([service.path, service.endpoint, service.query, service.headers, service.body])
        )
        self._sized = self._batch.bytes is not None or self._tokens is not None
        self._open: dict[bytes, Unit[Place]] = {}
        self._held = 0

    def add(self, place: Place, values: Values) -> Iterator[Unit[Place]]:
        """Take a row, and yield requests that are full."""
        own = {name: value for name, value in values.items() if name in self._own}
        common = {name: value for name, value in values.items() if name not in self._own}
        try:
            key, size = _key(common), self._size(values)
        except FillError:  # making the request alone will say why
            yield Unit([place], common, [own])
            return
        unit = self._open.get(key)
        if unit is not None and not self._fits(unit, size):
            yield self._close(key)
            unit = None
        if unit is None:
            unit = self._open[key] = Unit([], common)
        unit.places.append(place)
        unit.rows.append(own)
        unit.bytes += size
        unit.tokens += -(-size // _BYTES_A_TOKEN)
        self._held += 1
        if len(unit.rows) >= self._most:
            yield self._close(key)
        elif self._held >= _OPEN * self._most:
            yield self._close(next(iter(self._open)))

    def rest(self) -> Iterator[Unit[Place]]:
        """Yield what is not full."""
        for key in list(self._open):
            yield self._close(key)

    def _close(self, key: bytes) -> Unit[Place]:
        unit = self._open.pop(key)
        self._held -= len(unit.rows)
        return unit

    def _size(self, values: Values) -> int:
        return len(encode(items(self._batch.item, [values])[0])) + 2 if self._sized else 0

    def _fits(self, unit: Unit[Place], size: int) -> bool:
        batch = self._batch
        tokens = unit.tokens + -(-size // _BYTES_A_TOKEN)
        return (batch.bytes is None or unit.bytes + size <= batch.bytes) and (
            self._tokens is None or tokens <= self._tokens
        )


def _key(common: Values) -> bytes:
    return repr(sorted(common.items(), key=lambda pair: pair[0])).encode("utf-8", "replace")
