"""All stages that explain rows of tables, by way of the worker and by way of Spark."""

from __future__ import annotations

import pickle
import re
import socket

import numpy as np
import pytest
from pyspark.ml import Pipeline, PipelineModel, Transformer
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import array_to_vector
from pyspark.ml.linalg import VectorUDT
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType

from synapse_magic.compose.featurize import Featurize
from synapse_magic.errors import NoEffectWarning, SynapseError
from synapse_magic.explainers import halving
from synapse_magic.explainers.tabular_lime import TabularLIME
from synapse_magic.explainers.tabular_shap import TabularSHAP
from synapse_magic.explainers.vector_lime import VectorLIME
from synapse_magic.explainers.vector_shap import VectorSHAP
from synapse_magic.lightgbm.classifier import LightGBMClassifier
from synapse_magic.spark.counting import counting
from synapse_magic.spark.events import RowsExplained, listen
from synapse_magic.spark.models import load_model, save_model

INPUTS = ["a.b", "n", "job"]
ROWS = 60


class Changing(Transformer):
    """A model without a scorer: a change of a frame."""

    def __init__(self, change):
        super().__init__()
        self.change = change

    def _transform(self, dataset):
        return self.change(dataset)


@pytest.fixture(scope="module")
def df(spark):
    rng = np.random.default_rng(0)
    jobs = ["ant", "bee", "cat"]
    rows = []
    for i in range(ROWS):
        x, n, job = float(rng.normal()), int(rng.integers(0, 9)), jobs[i % 3]
        label = float(x + n / 4 + (job == "bee") > 1.2)
        numbers = [x, float(n), 1.0]
        rows.append((i, x, n if i % 7 else None, job if i % 11 else None, label, numbers))
    schema = "id long, `a.b` double, n int, job string, label double, v array<double>"
    frame = spark.createDataFrame(rows, schema).withColumn("features", array_to_vector("v"))
    return frame.drop("v").coalesce(1).cache()


@pytest.fixture(scope="module")
def background(df):
    return df.limit(12).cache()


@pytest.fixture(scope="module")
def model(df):
    stages = [
        Featurize(inputCols=INPUTS, outputCol="made"),
        LightGBMClassifier(featuresCol="made", numIterations=5, numLeaves=4, minDataInLeaf=3),
    ]
    return Pipeline(stages=stages).fit(df)


@pytest.fixture(scope="module")
def stages(model, background):
    vector = LogisticRegression(maxIter=3).fit(background)
    table = {"model": model, "backgroundData": background, "inputCols": INPUTS}
    slots = {"model": vector, "backgroundData": background, "inputCol": "features"}
    lime = {"numSamples": 50}
    return {
        "TabularSHAP": TabularSHAP(**table, outputCol="out", standardErrorCol="se"),
        "TabularLIME": TabularLIME(**table, outputCol="out", categoricalFeatures=["n"], **lime),
        "VectorSHAP": VectorSHAP(**slots, outputCol="out"),
        "VectorLIME": VectorLIME(**slots, outputCol="out", **lime),
    }


every_stage = pytest.mark.parametrize(
    "name", ["TabularSHAP", "TabularLIME", "VectorSHAP", "VectorLIME"]
)


def numbers(rows):
    """Give all that was made of each row, by its id."""
    return {
        row.id: ([v.toArray().tolist() for v in row.out], row.r2.toArray().tolist()) for row in rows
    }


@pytest.mark.parametrize("name", ["TabularSHAP", "TabularLIME", "VectorSHAP"])
def test_numbers_are_the_same_on_any_partitions_and_when_run_again(stages, df, name):
    some = df.limit(9)
    first = numbers(stages[name].transform(some).collect())
    assert len(first) == 9
    for parts in (2, 4):
        assert numbers(stages[name].transform(some.repartition(parts)).collect()) == first


@pytest.mark.parametrize("name", ["TabularSHAP", "TabularLIME"])
def test_a_model_without_a_scorer_gives_the_same_numbers(stages, df, name):
    stage = stages[name]
    through = stage.copy({stage.getParam("model"): Changing(stage.getModel().transform)})
    some = df.limit(9)
    frame = through.transform(some.repartition(2))
    assert frame.columns == stage.transform(some).columns
    found, wanted = numbers(frame.collect()), numbers(stage.transform(some).collect())
    assert found.keys() == wanted.keys()
    for row, (values, quality) in wanted.items():
        assert np.allclose(found[row][0], values, atol=1e-9)
        assert np.allclose(found[row][1], quality, atol=1e-6)


@every_stage
def test_columns_have_the_types_of_synapseml(stages, df, name):
    schema = stages[name].transform(df).schema
    assert schema["out"].dataType == ArrayType(VectorUDT())
    assert schema["r2"].dataType == VectorUDT()
    assert schema["out_error"].dataType == StringType()
    assert schema.names[: len(df.columns)] == df.columns


@pytest.mark.parametrize("name", ["TabularSHAP", "VectorLIME"])
def test_a_saved_stage_explains_the_same(stages, df, tmp_path, name):
    save_model(stages[name], str(tmp_path / "stage"))
    loaded = load_model(str(tmp_path / "stage"))
    assert loaded.uid == stages[name].uid
    some = df.limit(3)
    assert loaded.transform(some).collect() == stages[name].transform(some).collect()


@every_stage
def test_the_result_with_views_has_the_rows_with_their_values(stages, df, name):
    found = stages[name].explanation(df, rows=7)
    assert len(found) == 7
    assert found.rows_total == ROWS
    assert found.outputs == ("1",)
    assert found.method == ("lime" if "LIME" in name else "exact")
    shown = (
        tuple(INPUTS) if name.startswith("Tabular") else ("features_0", "features_1", "features_2")
    )
    assert found.names == shown
    if name == "TabularSHAP":
        assert np.abs(found.residual).max() < 1e-9
        assert (stages[name].explanation(df, rows=7).values == found.values).all()
    assert found.data[found.names[0]].dtype == np.float64


def test_base_and_values_sum_to_what_the_model_gives(stages, model, df, background):
    rows = stages["TabularSHAP"].transform(df).collect()
    chances = {row.id: row.probability[1] for row in model.transform(df).collect()}
    mean = np.mean([row.probability[1] for row in model.transform(background).collect()])
    for row in rows:
        (vector,) = row.out
        assert vector[0] == pytest.approx(mean)
        assert sum(vector) == pytest.approx(chances[row.id], abs=1e-9)
        assert row.se[0].toArray().tolist() == [0.0, 0.0, 0.0]
        assert row.out_error is None


def test_classes_are_chosen_by_number_or_by_a_column(stages, df):
    stage = stages["VectorSHAP"]
    both = numbers(stage.copy({stage.targetClasses: [0, 1]}).transform(df.limit(4)).collect())
    own = df.limit(4).withColumn(
        "wanted", F.when(F.col("id") > 0, F.array((F.col("id") % 2).cast("int")))
    )
    rows = stage.copy({stage.targetClassesCol: "wanted"}).transform(own).collect()
    for row in rows:
        if row.id == 0:
            assert row.out is None
            assert "'wanted' has no classes" in row.out_error
        else:
            assert row.out[0].toArray() == pytest.approx(both[row.id][0][row.id % 2])


@pytest.mark.parametrize("scorer", [True, False])
def test_a_target_that_the_model_does_not_give_is_refused_before_the_job(stages, model, df, scorer):
    stage = stages["TabularSHAP"]
    shown = model if scorer else Changing(model.transform)
    with pytest.raises(SynapseError, match=r"no column 'probabilty'.*'probability'"):
        stage.copy({stage.model: shown, stage.targetCol: "probabilty"}).transform(df)


def test_a_class_that_the_model_does_not_have_is_refused_before_the_job(stages, df):
    stage = stages["TabularSHAP"]
    with pytest.raises(SynapseError, match=r"no class 2 in column 'probability', which has 2"):
        stage.copy({stage.targetClasses: [2]}).transform(df)


def test_a_class_beyond_a_vector_of_unknown_size_is_told_in_each_row(stages, df):
    stage = stages["TabularSHAP"]
    plain = Changing(lambda frame: frame.withColumn("p", F.array(F.col("`a.b`"), F.lit(1.0))))
    extra = {stage.model: plain, stage.targetCol: "p", stage.targetClasses: [4]}
    (row,) = stage.copy(extra).transform(df.where("id = 3")).collect()
    assert row.out is None
    assert "no class 4 in column 'p', which has 2" in row.out_error


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, r"has no backgroundData.*df\.limit"),
        (lambda df: df.limit(0), "backgroundData has no rows"),
        (lambda df: df.drop("job"), r"other columns than the rows\. There is no column 'job'"),
        (
            lambda df: df.withColumn("n", F.col("n").cast("double")),
            r"'n' is int in the rows and double in backgroundData.*cast\('int'\)",
        ),
        (lambda df: df.sparkSession.range(10_001).crossJoin(df.limit(1)), "more than 10,000 rows"),
    ],
    ids=["none", "empty", "columns", "types", "large"],
)
def test_a_background_that_cannot_be_used_is_told(model, df, given, told):
    stage = TabularSHAP(model=model, inputCols=INPUTS)
    if given is not None:
        stage.setBackgroundData(given(df))
    with pytest.raises(SynapseError, match=told):
        stage.transform(df)


def test_what_is_needed_must_be_set(model, df, background):
    with pytest.raises(SynapseError, match="no model to explain"):
        TabularSHAP(inputCols=INPUTS, backgroundData=background).transform(df)
    with pytest.raises(SynapseError, match="TabularSHAP has no inputCols"):
        TabularSHAP(model=model, backgroundData=background).transform(df)
    with pytest.raises(SynapseError, match="inputCols of TabularLIME is empty"):
        TabularLIME(model=model, inputCols=[], backgroundData=background).transform(df)
    with pytest.raises(SynapseError, match=r"no column 'jo'.*'job'"):
        TabularSHAP(model=model, inputCols=["jo"], backgroundData=background).transform(df)
    with pytest.raises(SynapseError, match=r"names 'jb', which is not in inputCols.*'job'"):
        TabularLIME(
            model=model, inputCols=INPUTS, backgroundData=background, categoricalFeatures=["jb"]
        ).transform(df)
    twice = TabularSHAP(model=model, inputCols=INPUTS, backgroundData=background, outputCol="r2")
    with pytest.raises(SynapseError, match="two columns 'r2'"):
        twice.transform(df)


def test_columns_that_the_model_makes_itself_cannot_be_explained(df, background):
    assembler = VectorAssembler(inputCols=["label"], outputCol="made")
    made = Pipeline(stages=[assembler, LightGBMClassifier(featuresCol="made", numIterations=1)])
    fitted, known = made.fit(df), assembler.transform(background)
    shap = VectorSHAP(model=fitted, inputCol="made", backgroundData=known)
    with pytest.raises(SynapseError, match="makes column 'made' itself, from label"):
        shap.transform(known)
    plain = VectorSHAP(model=fitted, inputCol="n", backgroundData=background)
    with pytest.raises(SynapseError, match=r"holds int32\. Expected vectors"):
        plain.transform(df)


def scored(frame):
    return frame.withColumn("p", F.coalesce(F.col("n"), F.lit(-1)) * F.col("`a.b`"))


@pytest.fixture(scope="module")
def plain(df, background):
    def stage(change):
        return TabularSHAP(
            model=Changing(change),
            inputCols=["a.b", "n"],
            backgroundData=background,
            targetCol="p",
            outputCol="out",
        )

    return stage


def test_a_model_that_reorders_rows_in_a_partition_gives_the_same(plain, df):
    some = df.limit(5)
    wanted = numbers(plain(scored).transform(some).collect())
    turned = plain(lambda frame: scored(frame).sortWithinPartitions("p"))
    assert numbers(turned.transform(some).collect()) == wanted


def test_a_model_that_drops_rows_is_told_by_the_rows_concerned(plain, df):
    some = df.where("id in (1, 2, 3)")
    rows = plain(lambda frame: scored(frame).where("n is not null and n <> 8")).transform(some)
    told = [row.out_error for row in rows.collect()]
    assert len(told) == 3
    assert all("of 48 perturbed rows. Expected each of them once" in text for text in told)


def test_a_model_that_adds_rows_is_told_by_the_rows_concerned(plain, df):
    doubled = plain(
        lambda frame: scored(frame).withColumn("z", F.explode(F.array(F.lit(1), F.lit(2))))
    )
    (row,) = doubled.transform(df.where("id = 1")).collect()
    assert "gave back 96 of 48 perturbed rows" in row.out_error


def test_a_model_that_copies_all_rows_is_told(plain, df):
    doubled = plain(lambda frame: scored(frame).union(scored(frame)))
    with pytest.raises(SynapseError, match="copies them there"):
        doubled.explanation(df.where("id in (1, 2, 3)"))


def test_what_a_user_does_with_explained_rows_is_no_copy_of_the_model(plain, df):
    made = plain(scored).transform(df.where("id in (1, 2)"))
    assert numbers(made.union(made).collect()) == numbers(made.coalesce(1).collect())
    assert made.union(made).where("out_error is null").count() == 4


def test_a_model_that_adds_no_column_is_told(plain, df):
    with pytest.raises(SynapseError, match=r"no column 'p', nor any other\. Expected a model that"):
        plain(lambda frame: frame).transform(df)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"outputCol": "N"}, "outputCol='N' of TabularSHAP would replace a column of inputCols"),
        ({"metricsCol": "job"}, "metricsCol='job' of .* column of inputCols.*'job_kernel_shap'"),
        ({"errorCol": "own", "targetClassesCol": "own"}, "errorCol='own' .* of targetClassesCol"),
        ({"outputCol": "s", "inputCols": ["s_error"]}, "errorCol='s_error' .* column of inputCols"),
    ],
)
def test_a_column_that_is_read_is_not_replaced(stages, df, values, told):
    stage = stages["TabularSHAP"].copy()
    stage.clear(stage.standardErrorCol)
    with pytest.raises(SynapseError, match=told):
        stage.copy({stage.getParam(name): value for name, value in values.items()}).transform(df)


def test_a_model_that_moves_rows_to_other_partitions_is_told(plain, df):
    moving = plain(lambda frame: scored(frame).repartition(3))
    with pytest.raises(SynapseError, match=r"^The model moves rows to other partitions"):
        moving.explanation(df, rows=5)


def test_a_model_that_fails_in_spark_is_told(plain, df):
    failing = plain(
        lambda frame: frame.withColumn("p", F.raise_error(F.lit("no such row")).cast("double"))
    )
    with pytest.raises(SynapseError, match=r"None of 2 rows .*failed in Spark\. .*no such row"):
        failing.explanation(df, rows=2)


def raising(frame):
    bad = F.raise_error(F.concat(F.lit("no such row "), F.col("id"))).cast("double")
    known = scored(frame)
    return known.withColumn("p", F.when(F.col("id").isin(3, 4), bad).otherwise(F.col("p")))


def asserting(frame):
    def once(number, row):
        assert row not in (3, 4), f"no such row {row}"
        return number

    known = scored(frame)
    return known.withColumn("p", F.udf(once, "double")(F.col("p"), F.col("id")))


@pytest.mark.parametrize("change", [raising, asserting])
def test_a_row_for_which_a_model_in_spark_raises_carries_the_error_alone(plain, df, change):
    some = df.where("n is not null").limit(8)
    wanted = plain(scored).explanation(some)
    found = plain(change).explanation(some)
    told = {int(re.search(r"no such row (\d+)", why)[1]) for why in found.failures.values()}
    assert told == {3, 4} < {row.id for row in some.collect()}
    assert all(why.startswith("The model failed in Spark. ") for why in found.failures.values())
    kept = [row for row in range(len(wanted.values)) if row not in found.failures]
    np.testing.assert_allclose(found.values, wanted.values[kept], atol=1e-12)
    assert list(found.data["n"]) == [wanted.data["n"][row] for row in kept]


def test_a_model_in_spark_that_raises_for_row_after_row_is_given_up(plain, df, monkeypatch):
    monkeypatch.setattr(halving, "_MOST_FAILURES", 2)
    bad = F.raise_error(F.lit("no row")).cast("double")
    change = F.when(F.col("id") % 2 == 0, bad).otherwise(F.col("p"))
    failing = plain(lambda frame: scored(frame).withColumn("p", change))
    with pytest.raises(SynapseError, match=r"no row.* So it did for \d rows, and others were not"):
        failing.explanation(df, rows=8)


@pytest.mark.parametrize("in_spark", [True, False])
def test_rows_are_counted_while_they_are_explained(plain, stages, df, in_spark):
    seen = []
    stage = plain(scored) if in_spark else stages["TabularLIME"]
    with listen(seen.append, RowsExplained):
        stage.explanation(df, rows=9)
    assert {event.total for event in seen} == {9}
    done = [event.done for event in seen]
    assert done == sorted(done)
    assert done[-1] == 9


def test_no_row_is_counted_for_strangers(spark):
    seen = []
    with listen(seen.append, RowsExplained), counting(spark, 5) as counter:
        rebuild, (host, port, _) = counter.__reduce__()
        rebuild(host, port, "of another").add(3)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"\xff no message", (host, port))
            stranger.sendto(b"[]", (host, port))
        counter.add(2)
        rebuild("no-such-host.invalid", port, "").add(1)
        pickle.loads(pickle.dumps(counter)).add(9)
    assert [(event.done, event.total) for event in seen] == [(2, 5), (5, 5)]


def test_a_model_that_drops_columns_is_refused_before_the_job(plain, df):
    with pytest.raises(SynapseError, match="drops columns that it does not know"):
        plain(lambda frame: scored(frame).select("p")).transform(df)


def test_a_target_of_no_numbers_is_refused_before_the_job(plain, df):
    with pytest.raises(SynapseError, match="of type string, which cannot be explained"):
        plain(lambda frame: frame.withColumn("p", F.lit("x"))).transform(df)


def test_rows_with_nulls_where_the_model_takes_none_are_told(stages, df):
    nulled = df.limit(3).withColumn("features", F.when(F.col("id") > 0, F.col("features")))
    for name in ("VectorSHAP", "VectorLIME"):
        rows = {row.id: row for row in stages[name].transform(nulled).collect()}
        assert rows[0].out is None
        assert "'features' is null" in rows[0].out_error
        assert rows[1].out is not None


def test_a_scorer_that_fails_for_a_row_leaves_the_others_explained(df, background):
    assembler = VectorAssembler(inputCols=["a_b", "n"], outputCol="made")
    named = df.withColumnRenamed("a.b", "a_b")
    known = assembler.transform(named.where("n is not null"))
    trees = LightGBMClassifier(featuresCol="made", numIterations=1).fit(known)
    model = PipelineModel([assembler, trees])
    shap = TabularSHAP(
        model=model, inputCols=["a_b"], backgroundData=named.limit(4), outputCol="out"
    )
    rows = shap.transform(named).collect()
    assert [row.out is None for row in rows] == [row.n is None for row in rows]
    assert all("null" in row.out_error.lower() for row in rows if row.n is None)
    found = shap.explanation(named, rows=ROWS)
    assert len(found) == sum(row.n is not None for row in rows)
    with pytest.raises(SynapseError, match=r"None of 9 rows could be explained\. The first: "):
        shap.explanation(named.where("n is null"))


def test_too_few_samples_are_told_with_the_least_that_works(stages, df):
    lime = stages["TabularLIME"]
    with pytest.raises(SynapseError, match=r"numSamples=4 is too small for 3 features.*at least 5"):
        lime.copy({lime.numSamples: 4}).transform(df)
    shap = stages["TabularSHAP"]
    with pytest.raises(SynapseError, match=r"numSamples=3 is too small for 3 .*at least 8"):
        shap.copy({shap.numSamples: 3}).transform(df)


def test_the_default_name_of_the_output_is_the_uid():
    assert TabularSHAP().getOutputCol().endswith("__output")
    assert TabularSHAP(outputCol="s").getErrorCol() == "s_error"


def test_infinite_weight_is_taken_without_effect():
    with pytest.warns(NoEffectWarning, match="infWeight has no effect"):
        TabularSHAP(infWeight=1e6)


def test_code_names_what_has_no_code(stages):
    assert "model=model" in stages["VectorSHAP"].to_code()
    assert "backgroundData=backgroundData" in stages["VectorSHAP"].to_code()


def test_rows_must_be_asked_for(stages, df):
    with pytest.raises(SynapseError, match="rows must be at least 1"):
        stages["VectorSHAP"].explanation(df, rows=0)
    with pytest.raises(SynapseError, match="no rows to explain"):
        stages["VectorSHAP"].explanation(df.limit(0))
    assert stages["VectorSHAP"].transform(df.limit(0)).count() == 0


def test_rows_that_are_part_of_the_plan_keep_their_partitions(spark, background):
    """Spark folds such a frame into its plan, where ids of rows do not tell partitions."""
    pandas = background.select("id", *(f"`{name}`" for name in INPUTS)).toPandas().head(4)
    frame = spark.createDataFrame(pandas)
    shap = TabularSHAP(
        model=Changing(scored), inputCols=["a.b", "n"], backgroundData=frame, targetCol="p",
        outputCol="out",
    )  # fmt: skip
    assert frame.rdd.getNumPartitions() > 1
    assert len(numbers(shap.transform(frame).collect())) == 4


def test_a_column_of_the_frame_is_never_replaced(stages, df):
    with pytest.raises(SynapseError, match=r"'label' would replace .*label_kernel_shap"):
        stages["TabularSHAP"].copy().setOutputCol("label").transform(df)


def test_a_column_named_twice_is_refused(stages, df):
    with pytest.raises(SynapseError, match="inputCols of TabularSHAP names 'n' twice"):
        stages["TabularSHAP"].copy().setInputCols(["n", "job", "n"]).transform(df)


def test_a_model_that_cannot_be_saved_is_told(plain, tmp_path):
    class Bare(Transformer):
        def _transform(self, dataset):
            return dataset

    stage = TabularSHAP(model=Bare(), inputCols=["n"], outputCol="out")
    with pytest.raises(SynapseError, match="holds a Bare, which cannot be saved"):
        stage.save(str(tmp_path / "stage"))
