from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.errors import ImbalanceError, SynapseError
from synapse_magic.results.balance import Balance, BalanceColumn


def column(
    name: str, levels: tuple[str, ...], rows: list[int], positives: list[int]
) -> BalanceColumn:
    counts = np.array(rows)
    shares = np.full(len(rows), 1 / len(rows))
    parts = (counts, counts, np.array(positives), shares, False)
    return BalanceColumn(name, "string", False, levels, *parts)


@pytest.fixture
def found() -> Balance:
    """Give 10 rows: of 4 with f is 1 positive, of 6 with m are 3; and a column without gaps."""
    sex = column("sex", ("f", "m"), [4, 6], [1, 3])
    side = column("side", ("l", "r"), [5, 5], [2, 2])
    aggregate = {"atkinson_index": 0.1, "theil_l_index": 0.2, "theil_t_index": 0.3}
    return Balance("rich", "rich > 0", (sex, side), aggregate, 4)


def test_what_holds_for_no_levels_gives_the_balance_back(found: Balance) -> None:
    assert found.fail_if("abs(dp) > 0.25") is found
    assert found.fail_if(["abs(dp) > 0.3", "theil_t_index > 1"]) is found
    assert found.fail_if([]) is found


def test_an_error_names_column_levels_and_values(found: Balance) -> None:
    with pytest.raises(ImbalanceError) as error:
        found.fail_if("abs(dp) > 0.2")
    assert str(error.value) == (
        "The data is not balanced: abs(dp) > 0.2 holds for sex, 'm' (50 % of 6 rows positive) "
        "against 'f' (25 % of 4 rows positive): dp = 0.25"
    )
    assert error.value.balance is found


def test_conditions_on_columns_and_on_all_of_them_name_those(found: Balance) -> None:
    with pytest.raises(ImbalanceError, match=r"inf_norm_dist > 0.05 holds for sex: inf_norm_dist"):
        found.fail_if("inf_norm_dist > 0.05")
    with pytest.raises(ImbalanceError, match=r"holds for sex and side: theil_t_index = 0.3$"):
        found.fail_if("theil_t_index > 0.1")


def test_every_condition_that_holds_is_told(found: Balance) -> None:
    with pytest.raises(ImbalanceError) as error:
        found.fail_if(["abs(dp) > 0.2", "theil_t_index > 0.1", "abs(ji) > 2"])
    assert str(error.value).count(" holds for ") == 2
    assert "\n" not in str(error.value)


def test_many_offenders_are_counted(found: Balance) -> None:
    levels = tuple("abcdefgh")
    own = [column(f"c{i}", levels, [10] * 8, [0, 1, 2, 3, 7, 8, 9, 10]) for i in range(9)]
    wide = Balance("y", "y > 0", tuple(own), {}, 8)
    with pytest.raises(ImbalanceError) as error:
        wide.fail_if("abs(dp) > 0.65")
    # Of ten pairs: 1.0 less 0 to 0.3, 0.9 less 0 to 0.2, 0.8 less 0 and 0.1, 0.7 less 0.
    assert "dp = 1, and 9 more pairs; " in str(error.value)
    assert str(error.value).endswith("; and 4 more")


def test_names_of_several_lines_leave_the_error_in_one() -> None:
    own = column("a\nb", ("x\ny", "z"), [4, 4], [0, 4])
    with pytest.raises(ImbalanceError, match=r"^[^\n]*holds for a b, [^\n]*$"):
        Balance("y", "y > 0", (own,), {}, 2).fail_if("dp > 0.5")


def test_a_condition_that_is_none_is_a_plain_error(found: Balance) -> None:
    with pytest.raises(SynapseError, match="There is no measure 'parity'") as error:
        found.fail_if("parity > 1")
    assert not isinstance(error.value, ImbalanceError)


@pytest.mark.parametrize("asked", [3, None, ["abs(dp) > 1", 3]])
def test_conditions_are_texts(found: Balance, asked: object) -> None:
    with pytest.raises(SynapseError, match="fail_if takes conditions as texts, got"):
        found.fail_if(asked)


def test_columns_are_found_by_name(found: Balance) -> None:
    assert found["sex"].levels == ("f", "m")
    with pytest.raises(SynapseError, match=r"no sensitive column 'sx'.*Did you mean 'sex'"):
        found["sx"]


def test_tables_of_levels_columns_and_pairs(found: Balance) -> None:
    levels = found.to_pandas()
    assert levels.level.tolist() == ["f", "m", "l", "r"]
    assert levels.positive_rate.tolist() == [0.25, 0.5, 0.4, 0.4]
    assert found.measures().set_index("column").loc["sex", "inf_norm_dist"] == pytest.approx(0.1)
    (pair,) = found["sex"].pairs().to_dict("records")
    assert (pair["above"], pair["below"], pair["dp"]) == ("m", "f", 0.25)
    assert (pair["prA"], pair["prB"]) == (0.5, 0.25)
    assert found["side"].pairs().empty


def test_repr_says_what_is_measured(found: Balance) -> None:
    assert repr(found) == "<Balance of 10 rows, 40 % with rich > 0: sex, side>"
