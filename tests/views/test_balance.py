from __future__ import annotations

import re

import everyview
import numpy as np
import pytest

from synapse_magic.results.balance import Balance, BalanceColumn
from synapse_magic.views.balance_column import SHOWN


def column(
    name: str,
    levels: tuple[str, ...],
    rows: list[int],
    positives: list[int],
    labelled: list[int] | None = None,
    reference: list[float] | None = None,
) -> BalanceColumn:
    counts, shares = np.array(rows), np.full(len(rows), 1 / len(rows))
    return BalanceColumn(
        name=name,
        type="string",
        numeric=False,
        levels=levels,
        rows=counts,
        labelled=counts if labelled is None else np.array(labelled),
        positives=np.array(positives),
        reference=shares if reference is None else np.array(reference),
        given=reference is not None,
    )


SEX = column("sex", ("f", "m"), [400, 600], [100, 300], reference=[0.5, 0.5])
RACE = column("race", ("a", "b", "c"), [10, 690, 300], [9, 300, 91])


def balance(*columns: BalanceColumn) -> Balance:
    found = {"atkinson_index": 0.1, "theil_l_index": 0.2, "theil_t_index": 0.3}
    return Balance("rich", "rich > 0", columns, found, 6)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_html_axes_and_table_tell_the_same_numbers() -> None:
    view = balance(SEX).column("sex")
    table = view.table().set_index("level")
    assert table.loc["m", "positive_rate"] == 0.5
    assert table.loc["f", "share"] == 0.4
    still = "".join(everyview.stills(view.html()))
    for told in ("50.0 %", "25.0 %", "60.0 %", "40.0 %", ">600<", ">400<"):
        assert told in still
    assert "25.0 points" in view.html()
    ax = view.axes()
    (drawn,) = ax.containers
    np.testing.assert_array_equal(drawn.lines[0].get_xdata(), [0.5, 0.25])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["m", "f"]


def test_the_interval_of_a_level_is_in_the_table_and_around_its_share() -> None:
    table = balance(RACE).to_pandas()
    assert (table.low_95 < table.positive_rate).all()
    assert (table.positive_rate < table.high_95).all()
    few, many = table.high_95 - table.low_95, table.rows
    assert few[many.idxmin()] == few.max()


def test_the_first_difference_is_the_surest_and_the_sentence_tells_it() -> None:
    report = balance(SEX, RACE).view()
    assert repr(report) == (
        "<BalanceReport: Balance of 1,000 rows, 40 % with rich > 0: race a 59.7 points above c>"
    )


def test_distances_are_told_in_plain_words() -> None:
    told = words(balance(SEX).column("sex").picture())
    assert "Against the reference: 10.0 % of the rows would have to change their level" in told
    assert "p &lt; 0.001" in told


def test_rows_that_the_reference_excludes_are_told() -> None:
    own = column("sex", ("f", "m", "x"), [4, 6, 2], [1, 3, 1], reference=[0.5, 0.5, 0.0])
    assert "rows of levels that the reference excludes" in balance(own).column("sex").note()


def test_a_level_without_labels_says_so() -> None:
    own = column("sex", ("f", "m"), [4, 6], [1, 0], labelled=[4, 0])
    rates, _ = everyview.stills(balance(own).column("sex").html())
    assert "no label" in rates


def test_one_level_has_nothing_to_compare() -> None:
    view = balance(column("sex", ("(null)",), [9], [3])).column("sex")
    assert "none is positive more often than another" in view.sentence()
    assert "more often positive" not in view.picture()


def test_of_many_levels_the_most_telling_are_drawn_and_all_are_in_the_table() -> None:
    rng = np.random.default_rng(2)
    rows = rng.integers(1, 4, 100_000)
    positives = np.minimum(rng.binomial(rows, 0.5), rows)
    names = tuple(map(str, range(len(rows))))
    rows[777], positives[777] = 5000, 4990
    rows[778], positives[778] = 5000, 10
    own = column("employer", names, rows.tolist(), positives.tolist())
    report = balance(own).view()
    assert len(report.html()) < 100_000
    assert "first 12 of 100,000 rows" in report.html()
    first = words(report.columns[0].picture())
    assert first.index("777") < first.index("778")
    assert f"{SHOWN} of 100,000 levels are drawn" in first
    assert len(report.table()) == 100_000


def test_many_numbers_are_better_put_into_buckets() -> None:
    assert "buckets of them compare better" in everyview.balance(60).view().html()
    assert "buckets of them" not in everyview.balance(40).view().html()


def test_what_each_measure_says_is_there_with_demographic_parity_first() -> None:
    told = words(balance(SEX).html())
    assert told.index("Demographic parity: every level should be positive equally often") < (
        told.index("What the measures say")
    )
    meanings = told[told.index("What the measures say") :]
    assert meanings.index("dp") < meanings.index("js_dist") < meanings.index("theil_t_index")


@pytest.mark.parametrize("missing", [0, 3])
def test_rows_without_a_label_are_told_where_there_are_any(missing: int) -> None:
    own = column("sex", ("f", "m"), [4, 6], [1, 3], labelled=[4, 6 - missing])
    assert ("without label" in balance(own).html()) == bool(missing)
