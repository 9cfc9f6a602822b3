"""Histograms as SVG: counts, edges and words."""

import re
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.inspect.gallery.histogram import (
    Quantity,
    histogram,
    ranking,
    round_edges,
    round_step,
    round_top,
    short,
    status_bar,
)
from scenegen.inspect.palette import STATUS_LABELS

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


def counts_in(svg):
    """Counts of the bars, from their tooltips."""
    return [int(count.replace(",", "")) for count in re.findall(r"<title>[^<]*: ([\d,]+) \w+</title>", svg)]


@given(st.lists(NUMBERS, min_size=1, max_size=60))
def test_every_number_is_counted_once(numbers):
    svg = histogram(Quantity("Some", np.array(numbers), " m", "things", 2))
    ElementTree.fromstring(svg)
    assert sum(counts_in(svg)) == len(numbers)


def test_counts_are_those_of_numpy():
    values = np.random.default_rng(0).uniform(0, 2.5, 500)
    svg = histogram(Quantity("Baseline", values, " m", "pairs", 2))
    # one bin holds what lies beyond the 99.5 % quantile
    edges = round_edges(values.min(), np.quantile(values, 0.995))
    assert counts_in(svg) == np.histogram(values.clip(edges[0], edges[-1]), edges)[0].tolist()
    assert f"median {np.median(values):.2f} m" in svg
    assert "Baseline: 500 pairs, from 0.0" in svg
    assert ">1.5 m</text>" in svg


def test_what_is_not_finite_is_left_out_and_nothing_is_said_so():
    assert sum(counts_in(histogram(Quantity("x", np.array([1.0, np.nan, np.inf, 2]), "", "things")))) == 2
    assert "nothing to count" in histogram(Quantity("x", np.array([np.nan]), "", "things"))
    assert "nothing to count" in ranking("x", {}, "objects")


@given(st.floats(1e-3, 1e5), st.floats(0, 1e5))
def test_edges_are_round_and_hold_both_ends(low, width):
    edges = round_edges(low, low + width)
    assert edges[0] <= low * (1 + 1e-9)
    assert edges[-1] >= (low + width) * (1 - 1e-9)
    assert len(edges) <= 27
    step = edges[1] - edges[0]
    assert step == pytest.approx(round_step(step * (1 - 1e-6)), rel=1e-3)


@given(st.integers(0, 10**9))
def test_an_axis_of_counts_ends_above_the_highest_bar(most):
    top = round_top(most)
    assert top >= max(most, 1)
    assert top % 2 == 0
    assert top <= max(4, 2 * most)


@pytest.mark.parametrize(("value", "words"), [(0, "0"), (0.25, "0.25"), (1500, "1,500"), (12500, "12.5k"), (2e6, "2M")])
def test_numbers_on_an_axis_are_short(value, words):
    assert short(value) == words


def test_a_ranking_names_the_most_frequent_and_counts_the_rest():
    svg = ranking("Objects", Counter({f"kind {k}": 100 - k for k in range(13)} | {"<b>": 500}), "objects")
    ElementTree.fromstring(svg)
    assert svg.index("&lt;b&gt;: 500") < svg.index("kind 0: 100")
    assert "kind 9" not in svg
    assert f"and 4 more with {100 - 9 + 100 - 10 + 100 - 11 + 100 - 12} objects" in svg


def test_status_shares_are_a_bar_in_the_order_of_the_codes():
    svg = status_bar(np.array([0, 6, 3, 1, 0, 0]))
    shapes = ElementTree.fromstring(svg).findall("rect")
    assert [shape.get("class") for shape in shapes] == [f"s-{name}" for name in STATUS_LABELS]
    assert [float(shape.get("width", "")) for shape in shapes] == [0, 600, 300, 100, 0, 0]
    assert [float(shape.get("x", "")) for shape in shapes] == [0, 0, 600, 900, 1000, 1000]
    assert "visible 60.0%" in svg
