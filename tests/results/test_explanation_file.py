from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.results import whole_file
from synapse_magic.results.explanation import Explanation


def explanation(rows: int = 7, **more: Any) -> Explanation:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(rows, 3, 2)) / 3
    data = {
        "age": np.array([0.1, np.nan, np.inf, -np.inf, 1e-308, -0.0, 7.0])[:rows],
        "job": np.array(
            ["a\u2028b", None, "", "null", "nan", "\U0001f600", "z" * 300][:rows] or []
        ),
    }
    data["job"] = data["job"].astype(object)
    base = rng.normal(size=(rows, 2))
    names = ("age", "job", "no values, a.b `c`")
    parts = (values, base, base + values.sum(1), data, names, ("no", "yes"))
    said = {"link": "softmax", "method": "kernel_shap", "rows_total": 99, **more}
    return Explanation(*parts, **said)


def same(one: Any, other: Any) -> None:
    for field in fields(Explanation):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, field.name
            assert a.shape == b.shape, field.name
            if a.dtype == object:
                assert list(a) == list(b), field.name
            else:
                assert a.tobytes() == b.tobytes(), field.name
        elif field.name == "data":
            assert list(a) == list(b)
            for name in a:
                assert a[name].dtype == b[name].dtype
                np.testing.assert_array_equal(a[name], b[name])
        elif field.name == "companion" and a is not None:
            same(a, b)
        else:
            assert a == b, field.name


def test_what_is_saved_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    one = explanation(
        seed=5,
        error=np.abs(np.random.default_rng(2).normal(size=(7, 3, 2))),
        quality=np.full((7, 2), 1 / 3),
        labels=np.array(["x", None, "y", "x", "<", "", "y"], dtype=object),
        failures={3: "empty text", 1000: "\u2028"},
    )
    one.save(tmp_path / "why.parquet")
    same(one, Explanation.load(tmp_path / "why.parquet"))
    assert os.listdir(tmp_path) == ["why.parquet"]


@pytest.mark.parametrize(
    "labels",
    [
        np.arange(7),
        np.linspace(0, 1, 7),
        np.array([1, 2, None, 4, 5, 6, 7], dtype=object),
        np.array([True, False, None, True, True, True, True], dtype=object),
        None,
    ],
)
def test_labels_of_every_kind_survive(labels: np.ndarray | None, tmp_path: Path) -> None:
    one = explanation(labels=labels)
    one.save(str(tmp_path / "why"))
    same(one, Explanation.load(str(tmp_path / "why")))


def test_the_companion_and_narrow_numbers_survive(tmp_path: Path) -> None:
    one = explanation()
    narrow = replace(one, values=one.values.astype(np.float32))
    both = replace(narrow, companion=replace(one, method="lime")[:2])
    both.save(tmp_path / "why.parquet")
    same(both, Explanation.load(tmp_path / "why.parquet"))


def test_no_rows_survive(tmp_path: Path) -> None:
    one = explanation()[:0]
    one.save(tmp_path / "why.parquet")
    same(one, Explanation.load(tmp_path / "why.parquet"))


def test_other_readers_see_a_row_for_each_explained_row(tmp_path: Path) -> None:
    one = explanation()
    one.save(tmp_path / "why.parquet")
    table = pq.read_table(tmp_path / "why.parquet")
    assert table.num_rows == 7
    assert table.column("values")[2].as_py() == one.values[2].reshape(-1).tolist()
    assert table.column("data.1").to_pylist()[1] is None


def test_saving_again_replaces_and_a_failed_write_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "why.parquet"
    explanation(seed=1).save(file)
    explanation(seed=2).save(file)
    assert Explanation.load(file).seed == 2

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file.os, "replace", full)
    with pytest.raises(SynapseError, match="cannot be written: No space left"):
        explanation(seed=3).save(file)
    assert Explanation.load(file).seed == 2
    assert os.listdir(tmp_path) == ["why.parquet"]


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "why.parquet"
    explanation().save(file)
    whole = file.read_bytes()
    for keep in (0, 3, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:keep])
        with pytest.raises(SynapseError, match=r"why\.parquet is not a whole Parquet file"):
            Explanation.load(file)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "why.parquet"
    one = explanation()
    one.save(file)
    whole = bytearray(file.read_bytes())
    place = whole.find(one.values[:1, 0].tobytes())
    assert place > 0
    whole[place] ^= 1
    file.write_bytes(whole)
    with pytest.raises(SynapseError, match="not a whole Parquet file"):
        Explanation.load(file)


def test_other_files_are_refused_with_what_is_expected(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(SynapseError, match=r"without an explanation.*Explanation\.save"):
        Explanation.load(tmp_path / "other.parquet")
    with pytest.raises(SynapseError, match="There is no file"):
        Explanation.load(tmp_path / "none.parquet")
    with pytest.raises(SynapseError, match="cannot be read"):
        Explanation.load(tmp_path)


def test_a_newer_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_file, "_VERSION", 2)
    explanation().save(tmp_path / "why.parquet")
    monkeypatch.undo()
    with pytest.raises(SynapseError, match="newer version"):
        Explanation.load(tmp_path / "why.parquet")


def test_places_that_are_not_of_this_machine_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SynapseError, match="s3a://bucket/why is not a path of this machine"):
        explanation().save("s3a://bucket/why")
    with pytest.raises(SynapseError, match="cannot be written"):
        explanation().save(tmp_path / "none" / "why.parquet")


def test_values_of_several_types_cannot_be_saved(tmp_path: Path) -> None:
    labels = np.array([1, "a", 2, 3, 4, 5, 6], dtype=object)
    with pytest.raises(SynapseError, match="'labels' have several types"):
        explanation(labels=labels).save(tmp_path / "why.parquet")


def test_the_view_it_shows_itself_by_survives(tmp_path: Path) -> None:
    explanation(plot="heatmap").save(tmp_path / "why.parquet")
    assert Explanation.load(tmp_path / "why.parquet").plot == "heatmap"


def test_a_path_of_another_type_is_told() -> None:
    for path in (3, None, b"why"):
        with pytest.raises(SynapseError, match="A path must be text or a Path, got"):
            explanation().save(path)  # type: ignore[arg-type]
        with pytest.raises(SynapseError, match="A path must be text or a Path, got"):
            Explanation.load(path)  # type: ignore[arg-type]
