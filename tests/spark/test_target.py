from __future__ import annotations

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.spark.target import check_memory, check_settings, host_and_port, parse_target


@pytest.mark.parametrize(
    ("master", "kind"),
    [
        ("local", "local"),
        ("local[*]", "local"),
        ("local[2,3]", "local"),
        ("local-cluster[2,1,1024]", "local-cluster"),
        ("spark://a:7077,b:7077", "spark"),
        ("yarn", "yarn"),
        ("k8s://https://host:6443", "k8s"),
        ("sc://host", "connect"),
        ("sc://host:15002/;use_ssl=true", "connect"),
        ("sc://local", "connect-local"),
        ("sc://local[2]", "connect-local"),
    ],
)
def test_every_spelling_of_spark_is_known(master: str, kind: str) -> None:
    assert parse_target(master).kind == kind


@pytest.mark.parametrize("master", ["locl[2]", "local[0]", "spark//host:7077", "host:15002", ""])
def test_an_unknown_master_is_refused_with_the_spellings(master: str) -> None:
    with pytest.raises(SynapseError, match=r"Unknown Spark master.*local\[\*\].*"):
        parse_target(master)


def test_a_mistyped_master_suggests_the_nearest() -> None:
    with pytest.raises(SynapseError, match=r"Did you mean 'local\[2\]'\?"):
        parse_target("locl[2]")


def test_a_token_goes_to_the_server_and_is_not_shown() -> None:
    target = parse_target("sc://host:1/;use_ssl=true", token="s3cret")
    assert target.url == "sc://host:1/;use_ssl=true;token=s3cret"
    assert target.shown == "sc://host:1"


def test_a_token_in_a_wrong_address_is_not_in_the_error() -> None:
    with pytest.raises(SynapseError) as caught:
        parse_target("scc://host:1/;token=s3cret")
    assert "s3cret" not in str(caught.value)


def test_a_token_without_a_server_is_refused() -> None:
    with pytest.raises(SynapseError, match="A token is for sc://"):
        parse_target("local[2]", token="x")


def test_the_slots_of_a_local_cluster_are_read_from_its_name() -> None:
    assert parse_target("local-cluster[3,2,512]").slots == 6
    assert parse_target("local[2]").slots is None


def test_the_port_of_connect_is_15002_unless_given() -> None:
    assert host_and_port("sc://h/;token=x") == ("h", 15002)
    assert host_and_port("sc://h:9") == ("h", 9)


def test_settings_become_the_text_of_spark() -> None:
    assert check_settings({"spark.ui.enabled": False, "spark.task.cpus": 2}) == {
        "spark.ui.enabled": "false",
        "spark.task.cpus": "2",
    }


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("spark.sql.shuffle.partition", "spark.sql.shuffle.partitions"),
        ("spark.sql.shufle.partitions", "spark.sql.shuffle.partitions"),
        ("spark.executor.Memory", "spark.executor.memory"),
        ("executor.memory", "spark.executor.memory"),
    ],
)
def test_a_setting_one_slip_from_a_known_one_is_refused(name: str, meant: str) -> None:
    with pytest.raises(SynapseError, match=f"Did you mean '{meant}'"):
        check_settings({name: 1})


def test_settings_we_do_not_know_are_left_to_spark() -> None:
    assert check_settings({"spark.acme.plugin": "x"}) == {"spark.acme.plugin": "x"}


@pytest.mark.parametrize("memory", ["8", "8gigs", "g", "-1g", "0g"])
def test_memory_must_be_a_size(memory: str) -> None:
    with pytest.raises(SynapseError, match="memory='8g'"):
        check_memory(memory)
