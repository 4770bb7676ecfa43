from __future__ import annotations

import pickle

import numpy as np
import pytest

from synapse_magic.errors import ImbalanceError, SynapseError
from synapse_magic.kernels.balance.condition import Condition

VALUES = {"dp": np.array([-0.3, 0.1, np.nan]), "ji": np.array([0.0, 0.5, 0.5]), "js_dist": 0.4}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(dp) > 0.2", [True, False, False]),
        ("dp < 0", [True, False, False]),
        ("not dp < 0", [False, True, False]),
        ("-0.5 < dp <= 0.1", [True, True, False]),
        ("dp > 0 and js_dist > 0.3", [False, True, False]),
        ("dp < 0 or ji == 0.5", [True, True, False]),
        ("abs(dp - ji) >= 2 * 0.2", [False, True, False]),
        ("dp / 2 + 1 > 1", [False, True, False]),
        ("js_dist > 0.3", True),
    ],
)
def test_holds_where_it_is_so(text: str, expected: object) -> None:
    assert Condition.parse(text).holds(VALUES).tolist() == expected


def test_the_narrowest_measure_says_what_it_is_asked_of() -> None:
    assert Condition.parse("theil_t_index > 1").scope == "all"
    assert Condition.parse("theil_t_index > 1 or js_dist > 0").scope == "column"
    assert Condition.parse("js_dist > 1 and dp > 0").scope == "pair"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abs(pd) > 0.2", "There is no measure 'pd'"),
        ("theil_index > 0.2", "Did you mean 'theil_"),
        ("dp", "This is no condition. Expected a comparison"),
        ("1 > 0", "The condition names no measure"),
        ("dp > 'a'", "A measure or a number stands here, got 'a'"),
        ("dp > True", "A measure or a number stands here, got True"),
        ("max(dp) > 1", r"Only abs\(measure\) may be called"),
        ("abs(dp, ji) > 1", r"Only abs\(measure\) may be called"),
        ("dp in [1]", "Measures are compared by"),
        ("dp is None", "Measures are compared by"),
        ("(dp > 1) & (ji > 1)", "Conditions are joined by words. Try: and"),
        ("dp.x > 1", "A measure or a number stands here"),
        ("dp ** 2 > 1", "A measure or a number stands here"),
        ("dp >", "is no condition"),
        ("", "is no condition"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(SynapseError, match=message):
        Condition.parse(text)


def test_a_measure_of_nothing_divides_without_an_error() -> None:
    found = Condition.parse("js_dist / theil_t_index > 1")
    assert bool(found.holds({"js_dist": 0.1, "theil_t_index": 0.0}))
    assert not found.holds({"js_dist": 0.0, "theil_t_index": 0.0})


def test_an_imbalance_can_be_sent_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(ImbalanceError("too much", {"rows": 3})))
    assert (str(error), error.balance) == ("too much", {"rows": 3})
