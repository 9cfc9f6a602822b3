"""Verdicts: the reference agrees with itself, other results do not, and too few runs say nothing."""

import numpy as np
import pytest
from scipy import stats

from training.experiments.colored_mnist.table import verdict_table, verdicts_markdown
from training.experiments.colored_mnist.trial import Cell, MnistRow
from training.experiments.colored_mnist.verdict import judge_cells, reference


def row(cell, seed, known, unknown):
    return MnistRow(cell.norm, cell.lam, seed, float(known), float(unknown), 0.01, 1, 1, 1.0, 1.0, "CPU")


def rows_of(cell, result):
    return [row(cell, k, a, b) for k, (a, b) in enumerate(zip(result.known, result.unknown, strict=True))]


def only(rows, cell):
    return next(v for v in judge_cells(rows) if v.cell == cell)


def test_the_reference_has_21_cells_of_ten_runs_with_the_counts_of_the_authors():
    cells = reference()
    assert len(cells) == 21
    assert all(len(result.known) == 10 for result in cells.values())
    counts = {(cell.norm, cell.lam): (r.encoders, r.against) for cell, r in cells.items()}
    assert counts["inf", 0.5] == (8, 8)
    assert counts["inf", 0.0] == (4, 6)
    assert counts["1", 0.0] == (0, 3)
    assert counts["2", 0.3] == (9, 9)
    assert counts["2", 1.0] == (0, 0)


def test_the_reference_agrees_with_itself():
    for cell, result in reference().items():
        assert only(rows_of(cell, result), cell).ruling == "agrees", cell


def test_cells_that_were_not_run_say_so():
    verdicts = judge_cells([])
    assert len(verdicts) == 21
    assert {v.ruling for v in verdicts} == {"not run"}
    assert "not run: 21 of 21 cells (p = inf: λ = 1, 0.9," in verdicts_markdown(verdicts)


def test_other_results_differ():
    color, shape = Cell("inf", 0.7), Cell("inf", 1.0)
    noise = np.linspace(-0.005, 0.005, 6)
    seeing = [row(shape, k, 0.85 + e, 0.10 + e) for k, e in enumerate(noise)]
    blind = [row(color, k, 0.72 + e, 0.72 + e) for k, e in enumerate(noise)]
    assert only(seeing, shape).ruling == "differs"
    assert only(blind, color).ruling == "differs"
    camps = Cell("inf", 0.9)
    assert only([row(camps, k, 0.72, 0.72) for k in range(6)], camps).ruling == "differs"


def test_few_runs_are_undecided():
    shape, camps = Cell("inf", 1.0), Cell("2", 0.5)
    assert only([row(shape, 0, 0.72, 0.72)], shape).ruling == "undecided"
    assert only([row(camps, k, 0.72, 0.72) for k in range(2)], camps).ruling == "undecided"


def test_the_tests_are_those_of_textbooks():
    cell = Cell("inf", 0.5)
    found = only([row(cell, k, 0.85 if k < 3 else 0.72, 0.10 if k < 3 else 0.72) for k in range(5)], cell)
    assert found.test == f"Fisher p {stats.fisher_exact([[3, 2], [8, 2]])[1]:.2f}"
    values = np.array([0.10] * 3 + [0.72] * 2)
    half = stats.sem(values) * stats.t.ppf(0.975, 4)
    assert found.interval == pytest.approx((max(values.mean() - half, 0), values.mean() + half))


def test_tables_show_what_was_run():
    cell = Cell("2", 1.0)
    verdicts = judge_cells(rows_of(cell, reference()[cell]))
    assert verdict_table(verdicts).row_count == 1
    text = verdicts_markdown(verdicts)
    assert "| 2 | 1 | 10 | 72.6 ± 0.6 | 72.5 ± 0.4 |" in text
    assert "| agrees |" in text
    assert "not run: 20 of 21 cells" in text
