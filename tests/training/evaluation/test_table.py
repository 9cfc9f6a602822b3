"""The table as text and JSON: what is printed is what was measured."""

import io
import json
import math

from rich.console import Console

from training.evaluation.bootstrap import Estimate
from training.evaluation.metrics import Scores
from training.evaluation.table import (
    EDGES,
    FOUND,
    INSTANCES,
    MISSED,
    DescriptorRow,
    EvaluationTable,
    render,
    to_json,
    to_text,
)

NAN = math.nan


def made(low=0.1, high=0.375, rooms=4, claims=None):
    metrics = {column.key: Estimate(0.25, low, high) for column in FOUND + MISSED}
    scores = Scores(metrics, 1200, 900, 12, rooms)
    empty = Scores({column.key: Estimate(NAN, NAN, NAN) for column in FOUND + MISSED}, 0, 0, 0, 0)
    rows = tuple(
        DescriptorRow(name, 32, scores, {"overlap (share)": {"0 to 1": scores, "1 to 2": empty}}, claims or {})
        for name in ("net", "patches")
    )
    return EvaluationTable(rows, {"sha256": "abc", "rooms": ("kitchen", "hall"), "distance": "l2", "seed": 3})


def test_text_has_units_intervals_numbers_and_settings():
    text = to_text(made())
    for expected in ("PCK@5 px", "(%)", "(px)", "25.0", "10.0–37.5", "Rooms: 4, pairs: 12; 1,200 queries", "900 distractors", "resampling the 4 rooms", "sha256: abc", "rooms: kitchen, hall", "distance: l2", "seed: 3", "PCK@5 px (%) by overlap (share)", "1 to 2"):  # fmt: skip
        assert expected in text
    assert "…" not in text  # nothing was cut
    assert max(map(len, text.splitlines())) <= 190
    assert "clusters" not in text


def test_one_room_prints_no_interval():
    text = to_text(made(NAN, NAN, rooms=1))
    assert "[" not in text.split("No intervals")[0]
    assert "No intervals: they are made by resampling rooms, and there is one only." in text


def test_claims_have_their_own_table():
    text = to_text(made(claims={column.key: 0.5 for column in (INSTANCES + EDGES)[:-1]}))
    assert "FG-ARI" in text
    assert "0.500" in text


def test_json_holds_everything_and_null_for_nan():
    content = json.loads(to_json(made(claims={"clusters/ari": NAN})))
    assert content["settings"]["rooms"] == ["kitchen", "hall"]
    assert content["interval"] == 0.95
    row = content["rows"][0]
    assert (row["name"], row["channels"], row["queries"], row["scenes"]) == ("net", 32, 1200, 4)
    assert row["metrics"]["pck@5"] == {"value": 0.25, "low": 0.1, "high": 0.375}
    assert row["groups"]["overlap (share)"]["1 to 2"]["metrics"]["pck@5"]["value"] is None
    assert row["claims"] == {"clusters/ari": None}


def test_the_tables_fit_a_terminal_of_eighty_columns():
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(render(made(claims={column.key: 0.5 for column in INSTANCES + EDGES})))
    assert "…" not in console.export_text()
