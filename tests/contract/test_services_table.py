"""The README names the services that there are."""

from __future__ import annotations

from services_table import README, readme, table


def test_the_table_of_services_is_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")
    assert table() in text
    assert readme() == text
