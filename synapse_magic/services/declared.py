"""The stages that rows of the table declare, each made when it is first asked for."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.services.declaring import stage_of
from synapse_magic.services.row_example import check_example
from synapse_magic.services.row_file import Row, read_rows
from synapse_magic.services.row_names import add, files


def __getattr__(name: str) -> Any:
    if name not in files:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = stage = stage_of(_rows(files[name])[name], __name__)
    return stage


def load_services(path: str | os.PathLike[str]) -> dict[str, type[Any]]:
    """Return the stages that a file of your own declares, by name.

    Each row is held to its own example: its values must make the request, and its reply the output.
    They are stages as all others: in ``%%synapse`` cells and pipelines by their names, saved, and
    loaded again where the file was loaded before. The README says what a row holds.

    Parameters
    ----------
    path : str or path
        A YAML file of rows.

    Raises
    ------
    SynapseError
        With the file, the row and the key of what is not as it must be.

    Examples
    --------
    >>> stages = load_services("my_services.yaml")  # doctest: +SKIP
    >>> stages["Mood"](textCol="text", outputCol="mood").transform(texts)  # doctest: +SKIP
    """
    if not isinstance(path, (str, os.PathLike)):
        raise SynapseError(
            f"load_services takes the path of a YAML file, got {path!r:.60}. "
            "Try: load_services('my_services.yaml')"
        )
    place = Path(path).resolve()
    _rows.cache_clear()
    stages = {name: _checked(row, place) for name, row in _rows(place).items()}
    add(stages, place)
    globals().update(stages)
    return stages


def _checked(row: Row, place: Path) -> type[Any]:
    """Return the stage of a row of a user, which agrees with its own example."""
    where = f"{place}, row {row['name']}"
    try:
        stage = stage_of(row, __name__)
    except SynapseError as error:
        raise SynapseError(f"{where}: {error}") from error
    if row["status"] != "retired":
        check_example(stage, where)
    return stage


@functools.cache
def _rows(place: Path) -> dict[str, Row]:
    return {row["name"]: row for row in read_rows(place)}
