"""Verdicts: better, worse, the luck of the seeds, or too little to say; and what failed is never left out."""

import math

import pytest
from comparison_world import REFERENCES, row, rows_of

from training.comparison.report_table import html, markdown, rich_table
from training.comparison.summary import summarise
from training.comparison.table import report_tables
from training.comparison.verdict import AIMS, judge, reversed_verdict

PCK, CLOSER = AIMS
ROWS = [
    *rows_of("good", 0.80, 0.81, 0.82, s_per_step=0.2),
    *rows_of("bad", 0.40, 0.42, 0.41, s_per_step=0.3),
    *rows_of("infonce", 0.70, 0.90, 0.83),
    row("wild", 0, diverged_step=4),
    row("wild", 1, 0.3),
    row("wild", 2, 0.2, collapsed=True),
]


def verdicts(rows, aim=PCK):
    return {(each.first, each.second): each for each in judge(summarise(rows, 1.0), aim)}


def test_larger_is_better_or_worse_as_the_metric_has_it():
    assert verdicts(ROWS)["good", "bad"].ruling == "better"
    near = [
        *rows_of("near", 0.8, 0.8, 0.8, closer=0.01),
        *rows_of("far", 0.8, 0.8, 0.8, closer=0.3),
    ]
    assert verdicts(near, CLOSER)["near", "far"].ruling == "better"
    assert verdicts(near)["near", "far"].ruling == "within seed noise"


def test_the_luck_of_the_seeds_is_no_finding():
    found = verdicts(ROWS)["good", "infonce"]
    assert found.ruling == "within seed noise"
    assert abs(found.difference) < found.half


def test_many_pairs_are_judged_together():
    """Good enough alone (p = 0.03), but not among 15 pairs."""
    two = [*rows_of("a", 0.50, 0.52, 0.54), *rows_of("b", 0.45, 0.46, 0.47)]
    assert verdicts(two)["a", "b"].ruling == "better"
    others = [one for k in range(4) for one in rows_of(f"o{k}", 0.3, 0.5, 0.7)]
    assert verdicts([*two, *others])["a", "b"].ruling == "within seed noise"


def test_too_few_runs_say_nothing():
    lonely = [*rows_of("a", 0.5), *rows_of("b", 0.1, 0.1), row("c", 0, diverged_step=1), row("c", 1, diverged_step=1)]
    assert {each.ruling for each in verdicts(lonely).values()} == {"too few runs"}


def test_a_verdict_told_of_the_second():
    one = verdicts(ROWS)["good", "bad"]
    other = reversed_verdict(one)
    assert (other.first, other.second, other.ruling) == ("bad", "good", "worse")
    assert other.difference == -one.difference
    assert reversed_verdict(other) == one


def test_a_summary_is_ordered_by_what_is_reached_and_counts_failures():
    found = summarise(ROWS, 1.0)
    assert [each.name for each in found] == ["good", "infonce", "bad", "wild"]
    wild = found[-1]
    assert (wild.diverged, wild.collapsed, len(wild.rows)) == (1, 1, 3)
    assert wild.spread("pck@5")[:2] == (2, pytest.approx(0.25))
    assert wild.worst("pck@5") == 0.2
    assert found[0].worst("closer") == 0.5
    assert found[0].peak_mib == 602
    nothing = summarise([row("gone", 0, diverged_step=1), *rows_of("here", 0.1)], 1.0)
    assert [each.name for each in nothing] == ["here", "gone"]
    assert math.isnan(nothing[1].worst("pck@5"))


def test_the_worst_of_an_error_is_the_largest():
    found = summarise([row("a", 0, 0.5, aepe_px=3.0), row("a", 1, 0.5, aepe_px=9.0)], 1.0)[0]
    assert found.worst("aepe_px") == 9.0


@pytest.fixture(scope="module")
def tables():
    fast = [*rows_of("good", 0.7, 0.1, 0.6, lr_factor=3.0), *rows_of("bad", 0.1, 0.1, 0.1, lr_factor=3.0)]
    fast += [row("infonce", seed, diverged_step=2, lr_factor=3.0) for seed in range(3)]
    fast += rows_of("wild", 0.1, 0.1, 0.1, lr_factor=3.0)
    rows = ROWS + fast
    found = list(report_tables([summarise(rows, factor) for factor in (1.0, 3.0)], REFERENCES))
    return {report.title.split(",")[0]: report for report in found}


def cells(report):
    return {name: dict(zip(report.heads[1:], rest, strict=True)) for name, *rest in report.rows}


def test_every_metric_has_its_mean_and_interval_and_references_stand_below(tables):
    found = cells(tables["Matches found on held-out pairs"])
    assert list(found) == ["good", "infonce", "bad", "wild (2 of 3)", "untrained", "dense SIFT"]
    assert found["good"]["PCK@5 px\n(%)"] == "81.0 ± 2.5"
    assert found["dense SIFT"]["PCK@5 px\n(%)"] == "12.5"
    assert len(tables["Errors"].heads) == 6


def test_stability_counts_failures_at_each_rate(tables):
    found = cells(tables["Stability"])
    assert found["wild"]["x 1:\nworst"] == "diverged"
    assert (found["wild"]["x 1:\ndiverged"], found["wild"]["x 1:\ncollapsed"]) == ("1 of 3", "1 of 3")
    assert (found["infonce"]["x 3:\nPCK@5 (%)"], found["infonce"]["x 3:\ndiverged"]) == ("-", "3 of 3")
    assert found["good"]["x 3:\nworst"] == "10.0"
    assert found["good"]["x 1:\nsd"] == "1.0"


def test_a_step_is_priced_in_those_of_infonce(tables):
    assert {name: row["x infonce"] for name, row in cells(tables["Price"]).items()} == {
        "good": "2.00", "bad": "3.00", "infonce": "1.00", "wild": "1.00",
    }  # fmt: skip


def test_the_matrix_of_verdicts(tables):
    found = cells(tables["Verdicts: PCK@5 px"])
    assert found["good"]["bad"] == "better\n+40.0 ± 2.3"
    assert found["bad"]["good"] == "worse\n-40.0 ± 2.3"
    assert found["good"]["infonce"].startswith("+0.0 ± ")
    assert found["good"]["good"] == "-"


def test_all_forms_of_a_table_hold_its_cells(tables):
    report = tables["Verdicts: PCK@5 px"]
    assert "| good | - | +0.0" in markdown(report)
    assert 'class="better">better<br>+40.0' in html(report)
    assert "&lt;b&gt;" in html(type(report)("<b>", ("a",), (("<i>",),)))
    assert rich_table(report).renderables[0].row_count == 4
