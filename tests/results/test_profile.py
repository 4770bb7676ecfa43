from __future__ import annotations

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.results.profile import ColumnProfile, Profile


def test_columns_are_found_by_name() -> None:
    profile = Profile(10, (ColumnProfile("age", "int", "numeric", 2),))
    assert profile["age"].missing == 2
    with pytest.raises(SynapseError, match=r"no column 'agee'.*Did you mean 'age'"):
        profile["agee"]


def test_pandas_has_a_row_per_column() -> None:
    column = ColumnProfile("job", "string", "category", 1, 2, levels=(("nurse", 5), ("clerk", 4)))
    frame = Profile(10, (column,)).to_pandas()
    assert frame.loc[0, "top_level"] == "nurse"
    assert frame.loc[0, "missing"] == 1


def test_many_missing_values_stand_out() -> None:
    html = Profile(10, (ColumnProfile("age", "int", "numeric", 5),)).html()
    assert '<span class="syn-warn">50 %</span>' in html


def test_a_frame_without_rows_or_with_many_columns_is_drawn() -> None:
    assert "0 rows" in Profile(0, (ColumnProfile("age", "int", "numeric", 0),)).html()
    wide = Profile(5, tuple(ColumnProfile(f"c{i}", "int", "numeric", 0) for i in range(2000)))
    assert len(wide.html()) < 300_000
    assert "First 60 columns" in wide.html()
    assert len(wide.to_pandas()) == 2000
