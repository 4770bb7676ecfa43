from __future__ import annotations

import re

import numpy as np
import pytest
from everyparts import CLASSES, texts, worth

from synapse_magic.views import pack
from synapse_magic.views.parts import levels, strongest
from synapse_magic.views.text import TextView

FILM = "A good film, a good end.\n  Not bad!"


def view(*written: str, **more: object) -> TextView:
    return texts(written or (FILM,), **more).report()


def words_of(html: str) -> str:
    """Give the text that a page shows between its marks."""
    (body,) = re.findall(r'<p class="syn-written"[^>]*>(.*?)</p>', html, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", "", body)


def test_the_text_is_shown_as_it_was() -> None:
    assert words_of(view().html()) == FILM


def test_words_are_marked_by_sign_and_strength() -> None:
    html = view().html(interactive=False)
    marked = re.findall(r'<span class="syn-([pn]\d)" title="([^"]*)">([^<]*)</span>', html)
    assert set(marked) == {
        ("n1", "\N{MINUS SIGN}0.005", "A"), ("n1", "\N{MINUS SIGN}0.005", "a"),
        ("p4", "+0.02", "good"), ("p4", "+0.02", "film"),
        *(("n3", "\N{MINUS SIGN}0.015", word) for word in ("end", "Not", "bad")),
    }  # fmt: skip


def test_the_sign_is_told_by_more_than_colour() -> None:
    from synapse_magic.views.page import style

    assert re.search(r'\[class\^="syn-n"\]\{[^}]*dashed', style())
    assert "solid line" in view().picture()
    assert "dashed line" in view().picture()


def test_the_table_has_every_word_with_base_and_prediction() -> None:
    table = view().table()
    good = table[table.output == "good"]
    assert good.word.tolist() == [
        "(base)", "A", "good", "film", "a", "good", "end", "Not", "bad", "(prediction)",
    ]  # fmt: skip
    assert good.value.iloc[2] == worth("good", 3)[2]
    assert good.value.iloc[:-1].sum() == pytest.approx(good.value.iloc[-1])
    assert good.place.iloc[3] == FILM.index("film")


def test_standard_errors_are_in_the_table_and_the_largest_is_told() -> None:
    error = np.linspace(0, 0.04, 24).reshape(8, 3)
    one = view(error=error)
    assert one.table()["standard error"].max() == 0.04
    assert "largest standard error 0.04" in one.html(interactive=False)


def test_a_sum_that_misses_the_prediction_is_told() -> None:
    assert "adds up exactly" in view().html(interactive=False)
    off = view(prediction=np.array([[9.0, 9.0, 9.0]]))
    assert "residual" in off.html(interactive=False)
    lime = view(method="lime")
    assert "R\N{SUPERSCRIPT TWO} 0.4" in lime.html(interactive=False)
    assert "adds up" not in lime.html(interactive=False)


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script> & </p>",
        "שלום עולם good",
        "\U0001f600 good \U0001f44d\U0001f3fd",
        "x" * 5000,
        "",
        "?!",
        "line\none\r\nline two\ttab",
    ],
)
def test_any_text_is_shown(written: str) -> None:
    from html import unescape

    one = view(written)
    assert unescape(words_of(one.html())) == written
    assert 'dir="auto"' in one.picture()
    assert one.sentence().startswith("1 text explained")


def test_places_are_those_of_the_browser() -> None:
    entry = pack.extract(pack.embed(view("\U0001f600 so \U0001f600\U0001f600 good").payload()))
    (text,) = entry["texts"]
    utf16 = text["text"].encode("utf-16-le")
    seen = [utf16[2 * a : 2 * b].decode("utf-16-le") for a, b in text["spans"].tolist()]
    assert seen == ["\U0001f600", "so", "\U0001f600", "\U0001f600", "good"]


def test_few_texts_are_still_and_the_rest_is_told() -> None:
    one = view(*["some words here " * 100] * 20)
    assert one.picture().count("syn-written") == 1
    assert "The first 1 of 20 texts." in one.picture()
    assert view(*["few words"] * 20).picture().count("syn-written") == 4


def test_twenty_texts_of_200_words_and_three_classes_stay_below_300_kb() -> None:
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    written = [
        " ".join("".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(200))
        for _ in range(20)
    ]
    values = rng.normal(size=(4000, 3))
    made = texts(written, values=values)
    assert len(made.values) == 4000
    assert len(made.html()) < 300_000


def test_more_texts_than_fit_are_left_out_and_said() -> None:
    rng = np.random.default_rng(0)
    written = [" ".join(f"w{rng.integers(9999)}" for _ in range(300)) for _ in range(200)]
    made = texts(written, values=rng.normal(size=(60_000, 3)))
    payload = made.report().payload()
    assert payload["total"] == 200
    assert 5 < len(payload["texts"]) < 200
    assert len(made.html()) < 300_000


def test_numbers_that_are_all_zero_are_no_trouble() -> None:
    made = texts([FILM], values=np.zeros((8, 3)))
    assert "syn-p1" not in made.report().picture()
    assert strongest((), 2).tolist() == [1, 1]
    assert levels(np.zeros(3), 1.0).tolist() == [0, 0, 0]


def test_axes_show_the_words_of_the_table() -> None:
    one = view()
    ax = one.axes(output=2)
    shown = [label.get_text().rpartition("  ")[0] for label in ax.get_yticklabels()]
    assert sorted(shown) == sorted(["A", "good", "film", "a", "good", "end", "Not", "bad"])
    assert {round(bar.get_width(), 9) for bar in ax.patches} == {
        round(worth(word, 3)[2], 9) for word in shown
    }


def test_classes_are_named() -> None:
    assert view().payload()["outputs"] == CLASSES
