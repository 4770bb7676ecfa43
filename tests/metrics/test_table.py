from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from pyspark.ml.linalg import Vectors

from synapse_magic.datasets.people import people
from synapse_magic.errors import SynapseError
from synapse_magic.metrics.table import table_page
from synapse_magic.views.picture import Picture, Strip

IMAGE = "struct<origin:string,height:int,width:int,nChannels:int,mode:int,data:binary>"


def image(height, width, channels=3, value=0):
    return (
        "file:/a/b.png",
        height,
        width,
        channels,
        16,
        bytes([value]) * (height * width * channels),
    )


def test_the_first_rows_are_shown_and_more_are_not_counted(spark):
    page = table_page(people(spark, rows=100), rows=5)
    assert len(page.rows) == 5
    assert page.total is None
    assert page.names[0] == "age"
    assert page.types[0] == "int"


def test_a_small_frame_is_shown_whole_with_its_total(spark):
    assert table_page(people(spark, rows=5), rows=5).total == 5
    assert table_page(people(spark, rows=0)).total == 0


def test_values_are_ready_to_be_shown(spark):
    df = spark.sql(
        "select date '2024-02-29' d, timestamp_ntz '2024-02-29 01:02:03' t, 1.50BD m, true b, "
        "binary('xyz') r, sequence(1, 9) a, repeat('x', 300) s, null n, double('NaN') f"
    )
    d, t, m, b, r, a, s, n, f = table_page(df).rows[0]
    assert (d, t, m, b, r, n) == (
        "2024-02-29",
        "2024-02-29 01:02:03",
        "1.50",
        True,
        "3 bytes",
        None,
    )
    assert a == "[1, 2, 3, 4, 5, 6, 7, 8, …]"
    assert len(s) == 300
    assert f != f


def test_lists_show_six_digits_and_images_their_short_type(spark):
    frame = spark.createDataFrame([([0.123456789, 2.0], image(4, 4))], f"a array<float>, i {IMAGE}")
    page = table_page(frame)
    assert page.rows[0][0] == "[0.123457, 2.0]"
    assert page.types == ("array<float>", "image")


def test_vectors_show_their_first_elements(spark):
    df = spark.createDataFrame([(Vectors.sparse(10, {1: 2.5}),)], ["v"])
    assert table_page(df).rows == [("[0, 2.5, 0, 0, 0, 0, 0, 0, …]",)]


def test_a_negative_number_of_rows_is_refused(spark):
    with pytest.raises(SynapseError, match="rows must be at least 0"):
        table_page(people(spark, rows=1), rows=-1)


def test_images_are_shown_small(spark):
    rows = [(image(200, 400, value=9), 1), (image(8, 8, 1), 2), (None, 3)]
    page = table_page(spark.createDataFrame(rows, f"photo {IMAGE}, n int"))
    large, tiny, missing = (row[0] for row in page.rows)
    assert (large.pixels.shape, tiny.pixels.shape, missing) == ((36, 72, 3), (8, 8, 1), None)
    assert (large.pixels == 9).all()
    assert page.names == ("photo", "n")
    assert str(large) == "b.png"
    assert 'width="72" height="36" alt="b.png"' in page.html()
    assert 'width="48" height="48"' in page.html()
    assert "b.png" in repr(page)


def test_large_images_are_made_small_before_they_travel(spark):
    wide = spark.range(3).selectExpr(
        "named_struct('origin', '', 'height', 1000, 'width', 1000, 'nChannels', 3, 'mode', 16, "
        "'data', unhex(repeat('07', 3000000))) as photo"
    )
    assert {row[0].pixels.shape for row in table_page(wide).rows} == {(72, 72, 3)}


def test_an_image_whose_bytes_are_not_its_pixels_is_text(spark):
    broken = ("x.png", 5, 5, 3, 16, b"abc")
    shown = table_page(spark.createDataFrame([(broken,)], f"photo {IMAGE}")).rows[0][0]
    assert "x.png" in shown


def test_lists_of_images_are_strips_with_what_stands_beside_them(spark):
    found = [(image(4, 4), 0.25), (image(4, 4), 0.5)]
    frame = spark.createDataFrame([(found,)], f"n array<struct<value:{IMAGE},distance:double>>")
    shown = table_page(frame).rows[0][0]
    assert isinstance(shown, Strip)
    assert [each.words for each in shown.pictures] == ["0.25", "0.5"]
    assert str(shown) == "b.png (0.25), b.png (0.5)"
    assert table_page(frame).html().count("<img") == 2


def test_images_deeper_inside_are_found_with_all_that_stands_beside_them(spark):
    found = [(("three", image(4, 4)), 0.25), (("two", image(4, 4)), 0.5)]
    kind = f"array<struct<value:struct<digit:string,image:{IMAGE}>,distance:double>>"
    (shown,) = table_page(spark.createDataFrame([(found,)], f"n {kind}")).rows[0]
    assert [each.words for each in shown.pictures] == ["three, 0.25", "two, 0.5"]


def test_a_picture_has_its_colours_in_order():
    blue = Picture(np.array([[[255, 0, 0]]], np.uint8), "blue")
    with Image.open(
        io.BytesIO(base64.b64decode(blue.html().split("base64,")[1].split('"')[0]))
    ) as png:
        assert png.convert("RGB").getpixel((0, 0)) == (0, 0, 255)
