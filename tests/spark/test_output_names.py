from __future__ import annotations

import pytest

from synapse_magic import (
    AnalyzeDocument,
    HTTPTransformer,
    ImageTransformer,
    SimpleHTTPTransformer,
    VectorSHAP,
)
from synapse_magic.errors import SynapseError


@pytest.mark.parametrize(
    ("stage", "output", "error"),
    [
        (ImageTransformer, "{uid}_output", "{uid}_output_error"),
        (VectorSHAP, "{uid}__output", "{uid}__output_error"),
        (AnalyzeDocument, "{uid}_output", "{uid}_error"),
    ],
)
def test_unset_columns_are_named_after_the_stage(stage: type, output: str, error: str) -> None:
    made = stage()
    assert made.getOutputCol() == output.format(uid=made.uid)
    assert made.getErrorCol() == error.format(uid=made.uid)
    assert made.getOrDefault(made.errorCol) == made.getErrorCol()


@pytest.mark.parametrize("stage", [ImageTransformer, VectorSHAP, AnalyzeDocument, HTTPTransformer])
def test_an_unset_error_column_is_named_after_the_output(stage: type) -> None:
    assert stage(outputCol="made").getErrorCol() == "made_error"
    assert stage(outputCol="made", errorCol="why").getErrorCol() == "why"


@pytest.mark.parametrize("stage", [HTTPTransformer, SimpleHTTPTransformer])
def test_an_output_column_that_must_be_set_has_no_other_name(stage: type) -> None:
    with pytest.raises(SynapseError, match=r"outputCol of .* must be set"):
        stage().getOutputCol()


def test_the_errors_of_a_column_through_a_service_are_named_after_the_stage() -> None:
    made = SimpleHTTPTransformer(outputCol="made")
    assert made.getErrorCol() == f"{made.uid}_errors"
