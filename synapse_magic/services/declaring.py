"""A row of the table made a stage class."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import GenericAlias
from typing import Any, Literal

from synapse_magic.errors import SynapseError
from synapse_magic.http.service.service import service_of
from synapse_magic.http.service.template import names
from synapse_magic.services.param_types import param_type
from synapse_magic.services.retired import RetiredService
from synapse_magic.services.service_stage import ServiceStage
from synapse_magic.spark.param import Param, param, unset

Declared = dict[str, tuple[Any, Any]]


def stage_of(row: Mapping[str, Any], module: str) -> type[Any]:
    """Return the stage class that a checked row declares.

    Parameters
    ----------
    row : dict
    module : str
        Where the class can be imported from.
    """
    told: dict[str, Any] = {"row": row, "__module__": module, "__doc__": _doc(row)}
    if row["status"] == "retired":
        return type(row["name"], (RetiredService,), told)
    service = service_of(row)
    declared = {**_own(row), **_settings(row)}
    taken = [n for n in declared if hasattr(ServiceStage, n) and n not in ("timeout",)]
    if taken:
        raise SynapseError(f"It has a param {taken[0]!r}, which every stage has. Try: another name")
    if "subscriptionRegion" in row["params"]:
        told["setLocation"] = _set_region
    held = [name for name, each in row["params"].items() if param_type(each) is bytes]
    return type(
        row["name"],
        (ServiceStage,),
        {
            **told,
            **{name: made for name, (_, made) in declared.items()},
            "__annotations__": {
                n: GenericAlias(Param, (kind,)) for n, (kind, _) in declared.items()
            },
            "service": service,
            "unsaved": tuple(held),
        },
    )


def _set_region(self: ServiceStage, location: str) -> ServiceStage:
    """Set ``subscriptionRegion``, by the name that SynapseML has for it."""
    return self._set(subscriptionRegion=location)


def _own(row: Mapping[str, Any]) -> Declared:
    """Return the params of a row: for each a value, and a column unless it says otherwise."""
    made: Declared = {}
    for name, told in row["params"].items():
        default = told.get("default", unset)
        limits = {key: told.get(key) for key in ("low", "high")}
        made[name] = (param_type(told), param(told["doc"], default=default, **limits))
        if told.get("column", True):
            doc = f"Column of {name}, for rows that have their own: {_small(told['doc'])}"
            made[f"{name}Col"] = (str, param(doc, default=unset, column="in"))
    return made


def _settings(row: Mapping[str, Any]) -> Declared:
    """Return the params that follow from how a row is called."""
    made: Declared = {}
    if "location" in set(names(row["endpoint"])) and "location" not in row["params"]:
        made["location"] = (
            str,
            param("Region of the service, such as 'westeurope'.", default=unset),
        )
    auth = row["auth"] if isinstance(row["auth"], list) else [row["auth"]]
    if len(auth) > 1:
        headers = tuple(each["header"] for each in auth)
        doc = "Header in which the key goes."
        made["keyHeader"] = (Literal[headers], param(doc, default=headers[0]))
    if row.get("batch"):
        most = row["batch"]["most"]
        doc = (
            f"Rows in one request, at most {most}. A journal finds them again only together: by a "
            "run over the same rows in the same order."
        )
        made["batchSize"] = (int, param(doc, default=most, low=1, high=most))
    if row.get("async"):
        made |= _polling()
    if row.get("timeout"):
        doc, default = "Seconds for each try.", float(row["timeout"])
        made["timeout"] = (float, param(doc, default=default, above=0))
    return made


def _polling() -> Declared:
    first = "Milliseconds before an operation is asked for first."
    least = "Milliseconds between two questions for an operation, at least; they grow with time."
    most = "Questions for one operation."
    return {
        "initialPollingDelay": (int, param(first, default=300, low=0)),
        "pollingDelay": (int, param(least, default=300, low=0)),
        "maxPollingRetries": (int, param(most, default=1000, low=1)),
    }


def _doc(row: Mapping[str, Any]) -> str:
    parts = [row["summary"]]
    if row["status"] == "preview":
        parts.append("The service is a preview.")
    if row["status"] in ("deprecated", "retired"):
        since = "until" if row["status"] == "deprecated" else "since"
        when = f" {since} {row['until']}" if row.get("until") else ""
        parts.append(f"The service is {row['status']}{when}.")
        parts.append(f"In its place: {row['instead']}")
    if row.get("reference"):
        parts.append(f"See {row['reference']}")
    text = "\n\n".join(parts)
    return f"{text}\n\n{_example(row)}" if row.get("example") else text


def _example(row: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={_short(value)}" for name, value in row["example"]["given"].items())
    output = json.dumps(row["example"]["output"], ensure_ascii=False, default=str)
    shown = output if len(output) <= 300 else f"{output[:300]}..."
    lines = [
        "Examples",
        "--------",
        f">>> stage = {row['name']}({given})",
        ">>> answered = stage.transform(frame)  # doctest: +SKIP",
        "",
        f"The output of a row is then ``{shown}``.",
    ]
    return "\n".join(lines)


def _short(value: Any) -> str:
    return "b'...'" if isinstance(value, bytes) else repr(value)


def _small(doc: str) -> str:
    second = doc[1:2]
    return doc if second.isupper() else doc[:1].lower() + doc[1:]
