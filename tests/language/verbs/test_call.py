from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.http.secret import Secret
from synapse_magic.language.completion import complete
from synapse_magic.language.context import Context
from synapse_magic.language.export import export
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan

Source = Callable[..., str]
STEP = "vector = OpenAIEmbedding(textCol=job, deploymentName='small', subscriptionKey={api_key})\n"


def alike(made: str, expected: str) -> bool:
    """Say whether two pieces of code are the same, however they are laid out."""
    first, second = (ast.unparse(ast.parse(textwrap.dedent(code))) for code in (made, expected))
    assert first == second
    return True


def test_stages_are_called_within_the_limits(source: Source) -> None:
    body = STEP + "max_cost = 2\nprice = {'input': 0.02, 'output': 0}\nwhere = age > 30"
    assert alike(
        source("call people --try_rows 5", body, api_key="sk-1"),
        """
        people = people.where(F.col("age") > 30)
        return call_services(
            people,
            [OpenAIEmbedding(textCol="job", outputCol="vector", deploymentName="small",
                             subscriptionKey=api_key)],
            try_rows=5,
            max_cost=2,
            price={"input": 0.02, "output": 0},
            journal=".synapse_calls/people_vector",
        )
        """,
    )


def test_steps_before_a_service_are_stages_beside_it(source: Source) -> None:
    body = (
        "long = Binarizer(hours, threshold=4.0)\n"
        "OpenAIEmbedding(textCol=job, outputCol='v', deploymentName='small')\njournal = None"
    )
    assert alike(
        source("call people", body),
        """
        return call_services(people, [
            Binarizer(inputCol="hours", outputCol="long", threshold=4.0),
            OpenAIEmbedding(textCol="job", outputCol="v", deploymentName="small"),
        ])
        """,
    )


@pytest.mark.parametrize("key", ["sk-plain", Secret.env("SOME_KEY")])
def test_a_key_is_in_no_code_and_comes_from_the_environment_in_a_script(
    context: Context, key: object
) -> None:
    variables = {**context.variables, "api_key": key}
    program = plan(parse("call people"), STEP, Context(variables))
    script = export(program, variables, Context(variables))
    assert "subscriptionKey=api_key" in program.source
    assert 'api_key=os.environ["API_KEY"]' in script
    assert "sk-plain" not in script
    assert "print(result.report)" in script
    compile(script, "script", "exec")


def test_a_name_that_does_not_speak_of_a_secret_is_one_all_the_same(context: Context) -> None:
    variables = {**context.variables, "mine": "sk-plain"}
    program = plan(parse("call people"), STEP.replace("api_key", "mine"), Context(variables))
    assert "sk-plain" not in export(program, variables, Context(variables))


def test_a_key_in_an_address_is_a_secret_too(context: Context) -> None:
    url = "https://mine/api?code=k-s3cret"
    variables = {**context.variables, "api_key": "sk-1", "place": url}
    step = STEP.replace("api_key}", "api_key}, url={place}")
    program = plan(parse("call people"), step, Context(variables))
    script = export(program, variables, Context(variables))
    assert "k-s3cret" not in script
    assert 'place=os.environ["PLACE"]' in script
    with pytest.raises(SynapseError, match=r"holds a key \(code=\*\*\*\), which must not stand in"):
        plan(parse("call people"), step.replace("{place}", repr(url)), Context(variables))


@pytest.mark.parametrize(
    ("line", "body", "message"),
    [
        ("call", STEP, "call needs a frame. Try: %%synapse call people, or %synapse call --resume"),
        ("call people", "max_calls = 3", "call needs a step that calls a service"),
        ("call people", "x = StringIndexer(job)", "StringIndexer learns from rows"),
        (
            "call people",
            "v = OpenAIEmbedding(textCol=job, deploymentName='s', subscriptionKey='sk-1')",
            "subscriptionKey of OpenAIEmbedding is a secret, which must not stand in a cell",
        ),
        ("call people", STEP + "max_calls = 0", "max_calls must be an integer of at least 1"),
        ("call people", STEP + "max_cost = 'much'", "max_cost must be a number greater than 0"),
        ("call people", STEP + "max_cost = 0", "max_cost must be a number greater than 0, got 0"),
        ("call people", STEP + "max_calls = 2.5", "must be an integer of at least 1, got 2.5"),
        ("call people", STEP + "price = {'inputs': 1}", "it has no 'inputs'. Did you mean 'input'"),
        ("call people", STEP + "journal = 3", "journal must be a folder as text, or None, got 3"),
        ("call people", "x = DetectLastAnomaly(job)", "DetectLastAnomaly is retired since"),
        ("call people", STEP + "max_call = 3", "Did you mean 'max_calls'?"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(
    source: Source, line: str, body: str, message: str
) -> None:
    with pytest.raises(SynapseError) as raised:
        source(line, body, api_key="sk-1")
    assert message in str(raised.value)


def test_a_cell_without_a_body_is_not_pointed_at(source: Source) -> None:
    with pytest.raises(SynapseError, match="needs a step") as raised:
        source("call people", "")
    assert "^" not in str(raised.value)


def test_an_option_that_is_on_or_off_needs_no_value_on_the_line() -> None:
    assert parse("call --resume").options == {"resume": "True"}
    assert parse("call people --rest False --resume").options == {"rest": "False", "resume": "True"}
    assert parse("call --resume people").args == ("people",)


def test_options_stages_and_columns_are_proposed(context: Context) -> None:
    def proposed(text: str) -> set[str]:
        return {each.text for each in complete(text, len(text), context)}

    assert {"max_cost = ", "max_calls = ", "OpenAIChatCompletion("} <= proposed(
        "%%synapse call people\n"
    )
    assert {"--resume", "--max_calls"} <= proposed("%synapse call --")
    assert "people" in proposed("%synapse call --resume ")
    assert {"job", "deploymentName="} <= proposed("%%synapse call people\nv = OpenAIEmbedding(")
    assert not {"MockService(", "Secret("} & proposed("%%synapse call people\nv = ")
