"""What is found wrong in a cell, and where, without Spark."""

from __future__ import annotations

import pytest
from pyspark.sql.types import LongType, StringType, StructField, StructType

from synapse_magic import SynapseError
from synapse_magic.language.context import Context
from synapse_magic.notebook.lab.diagnosis import Mark, check, program

SCHEMA = StructType([StructField("age", LongType()), StructField("job", StringType())])
KNOWN = Context(schema=lambda name: SCHEMA if name == "people" else None)
TRAIN = (
    "%%synapse train people -o model\nlabel = job\nfeatures = Featurize({})\nLightGBMClassifier()"
)


def test_an_unknown_column_is_marked_where_it_stands() -> None:
    (mark,) = check(TRAIN.format("agee"), KNOWN)
    assert (mark.line, mark.column, mark.length, mark.severity) == (3, 21, 4, "error")
    assert "Did you mean 'age'?" in mark.message


def test_a_cell_that_can_run_has_no_mark() -> None:
    assert check(TRAIN.format("age"), KNOWN) == []


def test_a_wrong_verb_is_marked_on_its_line() -> None:
    (mark,) = check("%synapse status\n%synapse evaluat model", KNOWN)
    assert mark == Mark(2, 9, 13, "error", "There is no verb 'evaluat'. Did you mean 'evaluate'?")


def test_what_a_cell_above_may_make_is_a_warning() -> None:
    (mark,) = check("%synapse evaluate model", KNOWN)
    assert (mark.line, mark.severity) == (1, "warning")


@pytest.mark.parametrize(
    "text",
    ["x = agee", "# %%synapse train people", "%%time\n%synapse evaluat x", "%%synapsed\nx = (", ""],
)
def test_other_cells_have_no_mark(text: str) -> None:
    assert check(text, KNOWN) == []


def test_the_magic_goes_by_the_name_it_has() -> None:
    assert check("%synapse evaluat x", KNOWN, magic="syn") == []
    assert len(check("%syn evaluat x", KNOWN, magic="syn")) == 1


def test_the_program_of_a_cell_is_the_script_it_would_export() -> None:
    source = program(TRAIN.format("age"), KNOWN, None)
    assert 'Featurize(inputCols=["age"]' in source
    compile(source, "program", "exec")


def test_a_cell_that_is_not_ours_has_no_program() -> None:
    with pytest.raises(SynapseError, match="does not begin with %synapse"):
        program("print(1)", KNOWN, None)


def test_a_variable_that_no_cell_has_made_so_far_is_a_warning_where_it_stands() -> None:
    cell = "%%synapse train people\nlabel = job\nLightGBMClassifier(age, numLeaves={leaves})"
    (mark,) = check(cell, KNOWN)
    assert (mark.line, mark.severity) == (3, "warning")
    assert "'leaves'" in mark.message


def test_a_frame_that_is_not_made_yet_is_marked_calmly() -> None:
    (mark,) = check("%synapse show later", KNOWN)
    assert (mark.line, mark.severity) == (1, "info")
