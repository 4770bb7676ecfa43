from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.stage import Transformer

pytestmark = pytest.mark.usefixtures("spark")


class Sample(Transformer):
    """A stage with a param of each kind.

    Examples
    --------
    >>> Sample(count=2).getCount()
    2
    """

    count: Param[int] = param("How many.", default=5, low=2, high=9)
    rate: Param[float] = param("How fast.", default=0.1, above=0)
    mode: Param[Literal["fast", "slow"]] = param("Which way.", default="fast")
    names: Param[list[str]] = param("Which columns.", default=unset, column="in")
    limit: Param[int | None] = param("At most so many.", default=None, low=1)
    flag: Param[bool] = param("Whether.", default=False)
    apiKey: Param[str] = param("The key.", default=unset, secret=True)

    def _transform(self, dataset: Any) -> Any:
        return dataset


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("count", 3.0, 3),
        ("count", np.int64(4), 4),
        ("rate", 1, 1.0),
        ("rate", np.float32(0.5), 0.5),
        ("names", ("a", "b"), ["a", "b"]),
        ("names", np.array(["a"]), ["a"]),
        ("limit", None, None),
        ("flag", np.bool_(True), True),
    ],
)
def test_values_are_taken_over_as_the_declared_type(name: str, value: Any, stored: Any) -> None:
    held = Sample(**{name: value}).getOrDefault(name)
    assert held == stored
    assert type(held) is type(stored)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("count", 1, "count of Sample must be an integer at least 2 and at most 9, got 1."),
        ("count", 2.5, "must be an integer at least 2 and at most 9, got 2.5."),
        ("count", True, "must be an integer at least 2 and at most 9, got True."),
        ("count", "3", "must be an integer at least 2 and at most 9, got '3'."),
        ("rate", 0, "rate of Sample must be a number greater than 0, got 0."),
        ("rate", float("nan"), "must be a number greater than 0, got nan."),
        ("mode", "fats", "must be one of 'fast', 'slow', got 'fats'. Did you mean 'fast'?"),
        ("names", "a", "names of Sample must be a list of strings, got 'a'."),
        ("names", ["a", 1], "must be a list of strings, got ['a', 1]."),
        ("limit", 0, "limit of Sample must be an integer at least 1, or None, got 0."),
        ("flag", 1, "flag of Sample must be True or False, got 1."),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(
    name: str, value: Any, message: str
) -> None:
    with pytest.raises(SynapseError) as refused:
        Sample(**{name: value})
    assert message in str(refused.value)
    stage = Sample()
    with pytest.raises(SynapseError):
        stage.copy({getattr(stage, name): value})


def test_a_secret_is_in_no_message_code_or_repr() -> None:
    with pytest.raises(SynapseError) as refused:
        Sample(apiKey=12345)
    assert "12345" not in str(refused.value)
    keyed = Sample(apiKey="hunter2")
    assert keyed.to_code() == repr(keyed) == 'Sample(apiKey=os.environ["API_KEY"])'


def test_two_stages_of_a_class_do_not_share_params() -> None:
    first, second = Sample(count=3), Sample(count=4)
    assert (first.getCount(), second.getCount()) == (3, 4)
    assert first.count != second.count


def test_the_signature_names_params_with_types_and_defaults() -> None:
    import inspect

    parameters = inspect.signature(Sample).parameters
    assert parameters["count"].default == 5
    assert parameters["count"].annotation is int
