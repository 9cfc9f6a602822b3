"""Curves of runs: means over seeds where all have a point, seconds as steps were priced, divergences marked."""

import json

import numpy as np
import pytest
from comparison_world import row

from training.comparison.curves import lines_of, progress, seeds
from training.comparison.setup import Setup
from training.evaluation.run import EvaluationSettings
from training.running.logs import VALIDATION
from training.settings import Every


def records(*values, every=5):
    return [
        {"step": k * every, "pck5": value, "aepe_px": 10 * value, "total": -value} for k, value in enumerate(values)
    ]


CALM = [
    (row("calm", 0, 0.5, s_per_step=0.2), records(0.1, 0.3, 0.5)),
    (row("calm", 1, 0.5, s_per_step=0.4), records(0.3, 0.5)),
]
WILD = [(row("wild", 0, diverged_step=6), records(0.2, 0.1))]


def drawn(axes):
    """The lines of a panel: x and y."""
    return [(line.get_xdata(), line.get_ydata()) for line in axes.lines]


def test_the_mean_is_over_the_steps_that_all_seeds_have_in_steps_and_in_seconds():
    figure = progress({"calm": CALM})
    steps, seconds = figure.axes[:2]
    (x, y), (t, same) = drawn(steps)[0], drawn(seconds)[0]
    assert x.tolist() == [0, 5]
    assert y == pytest.approx([20, 40])
    assert t == pytest.approx([0, 5 * 0.3])
    assert same == pytest.approx(y)
    band = steps.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == pytest.approx((10, 50))
    assert drawn(figure.axes[2])[0][1] == pytest.approx([2, 4])


def test_a_divergence_is_marked_where_it_was_last_seen_and_moves_no_mean():
    axes = progress({"calm": CALM, "wild": WILD}).axes[0]
    calm, wild, run, mark = drawn(axes)
    assert calm[1] == pytest.approx([20, 40])
    assert len(wild[1]) == 0
    assert run[1] == pytest.approx([20, 10])
    assert [end.tolist() for end in map(np.ravel, mark)] == [[5], [10]]
    assert axes.lines[-1].get_marker() == "x"
    assert axes.get_legend_handles_labels()[1] == ["calm", "wild"]


def test_each_run_has_its_line_and_other_rates_are_dashed():
    fast = (row("calm", 0, 0.1, lr_factor=3.0), records(0.1, 0.1))
    panels = seeds({"calm": [*CALM, fast], "wild": WILD}, "pck5", 100.0, 1.0).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["calm", "wild"]
    assert [line.get_linestyle() for line in panels[0].lines] == ["-", "-", "--"]


def test_logs_are_found_by_contestant(tmp_path):
    setup = Setup(None, EvaluationSettings(), Every(), tmp_path, tmp_path, tmp_path, "cpu", "", "")
    rows = [row("a", 0, 0.5), row("a", 0, 0.5, lr_factor=3.0), row("b", 0, 0.5)]
    folder = setup.folder(rows[0].trial)
    folder.mkdir(parents=True)
    (folder / VALIDATION).write_text("".join(f"{json.dumps(each)}\n" for each in records(0.5)))
    found = lines_of(setup, rows, 1.0)
    assert {name: len(runs) for name, runs in found.items()} == {"a": 1, "b": 1}
    assert found["a"] == [(rows[0], records(0.5))]
    assert len(lines_of(setup, rows)["a"]) == 2
