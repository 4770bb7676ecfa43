from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest

from synapse_magic.spark import driver
from synapse_magic.spark.target import one_machine


class Conf:
    """Settings of a classic session on a cluster."""

    def get(self, name: str, default: Any = None) -> Any:
        return {"spark.driver.host": "driver.example"}.get(name, default)


@pytest.mark.parametrize(
    ("master", "address"),
    [
        ("local", "127.0.0.1"),
        ("local[*]", "127.0.0.1"),
        ("local-cluster[2,1,1024]", "127.0.0.1"),
        ("spark://127.0.0.1:7077", "127.0.0.1"),
        ("spark://spark.svc.cluster.local:7077", "driver.example"),
        ("k8s://https://127.0.0.1:6443", "driver.example"),
        ("yarn", "driver.example"),
    ],
)
def test_workers_reach_this_process_by_its_own_address_on_a_local_master_alone(
    monkeypatch: pytest.MonkeyPatch, master: str, address: str
) -> None:
    monkeypatch.setattr(driver, "master_of", lambda _: master)
    spark: Any = SimpleNamespace(conf=Conf())
    assert driver.own_host(spark) == address


@pytest.mark.parametrize(
    ("master", "address"),
    [
        ("sc://local[2]", "127.0.0.1"),
        ("sc://localhost:15002", "127.0.0.1"),
        ("sc://spark.local:15002", socket.gethostname()),
    ],
)
def test_workers_behind_a_connect_server_elsewhere_look_for_the_name_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, master: str, address: str
) -> None:
    monkeypatch.setattr(driver, "master_of", lambda _: master)
    monkeypatch.setattr(driver, "is_connect", lambda _: True)
    spark: Any = SimpleNamespace(conf=Conf())
    assert driver.own_host(spark) == address


@pytest.mark.parametrize(
    ("master", "found"),
    [
        ("local[4]", True),
        ("local[4, 2]", True),
        ("local-cluster[2,1,1024]", True),
        ("sc://local", True),
        ("sc://localhost:15002", False),
        ("sc://local.example:15002", False),
        ("spark://localhost:7077", False),
        ("yarn", False),
    ],
)
def test_one_machine_is_known_of_local_masters_alone(master: str, found: bool) -> None:
    assert one_machine(master) is found


class Executors:
    """What Spark lists of executors, the driver among them."""

    def __init__(self, *addresses: str) -> None:
        names = ["driver", *map(str, range(len(addresses)))]
        self._listed = [
            SimpleNamespace(id=lambda name=name: name, hostPort=lambda place=place: place)
            for name, place in zip(names, ["driver.example:7001", *addresses])
        ]

    def size(self) -> int:
        return len(self._listed)

    def apply(self, place: int) -> Any:
        return self._listed[place]


@pytest.mark.parametrize(
    ("addresses", "found"), [((), None), (("a:1", "a:2"), 1), (("a:1", "b:1", "b:2"), 2)]
)
def test_machines_are_not_known_before_executors_have_come_up(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...], found: int | None
) -> None:
    store = SimpleNamespace(executorList=lambda _: Executors(*addresses))
    scala = SimpleNamespace(statusStore=lambda: store)
    context = SimpleNamespace(_jsc=SimpleNamespace(sc=lambda: scala))
    monkeypatch.setattr(driver, "master_of", lambda _: "yarn")
    spark: Any = SimpleNamespace(conf=Conf(), sparkContext=context)
    assert driver.hosts(spark) == found
