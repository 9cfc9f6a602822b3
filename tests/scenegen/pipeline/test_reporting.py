"""What a run shows: plain lines without a terminal, a bar on one, a table at the end."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from scenegen.pipeline import progress
from scenegen.pipeline.events import Advanced, Failed, Finished
from scenegen.pipeline.plan import RunPlan
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import Outcome
from scenegen.pipeline.summary import ACT_ON, MOST_LINES, advice, failures, print_summary, quantiles, rows
from scenegen.shards.manifest import Entry, Failure, Manifest, Record, ShardJob
from scenegen.shards.remarks import NOTHING, Remarks, Skip

JOBS = tuple(ShardJob(k, f"room{k}", "train", 0, 4, f"train-room{k}-000.h5") for k in range(3))


def shown(terminal, events, jobs=JOBS):
    out = StringIO()
    display = Display(Console(file=out, force_terminal=terminal, width=100, color_system=None))
    display.start(RunPlan(JOBS, ""), list(jobs))
    for event in events:
        display.show(event)
    display.stop()
    return out.getvalue()


def test_plain_lines_without_a_terminal(monkeypatch):
    monkeypatch.setattr(progress, "LINE_SECONDS", -1.0)
    text = shown(False, [Advanced(JOBS[0], 1), Advanced(JOBS[0], 3), Finished(JOBS[0], Record())])
    assert "shards 0/3, pairs 1/12" in text
    assert "shards 1/3, pairs 4/12" in text
    assert "pairs/s" in text
    assert "left" in text
    assert "\x1b" not in text


def test_a_bar_on_a_terminal():
    text = shown(True, [Advanced(JOBS[0], 4), Finished(JOBS[0], Record())])
    assert "shards 1/3" in text
    assert "4/12" in text


def test_a_resumed_run_says_what_is_there_and_failures_are_shown_at_once():
    text = shown(False, [Failed(JOBS[2], "room room2: [too] small")], JOBS[1:])
    assert "1 of 3 shards are there; making the others" in text
    assert "failed  room room2: [too] small" in text


def entry(split="train", **changes):
    figures = {
        "rays": {"visible": 75, "occluded": 25}, "overlap": [0.3, 0.5], "baseline_m": [1.0], "view_angle_deg": [20.0],
        "objects": [3], "rejected": {"wall": 2}, "replaced_objects": {}, "given_up": 0, "object_split": split,
    }  # fmt: skip
    return Entry("a.h5", "a", split, 4, 0, 2_500_000, figures=figures | changes)


def outcome(*shards, failed=(), new=8, remarks=NOTHING):
    record = Record(shards, tuple(failed), remarks)
    manifest = Manifest("1.0", "0.1.0", {}, "", "", "gzip", "CC0", JOBS, 3, record)
    return Outcome(Path(), manifest, 4.0, new, 2, len(failed))


def test_the_summary_says_all_that_was_asked_for():
    table = dict(rows(outcome(entry(), entry("val", object_split="all"))))
    assert table["pairs"] == "8 in 2 of 3 shards, train 4, val 4 (objects not split in 1 shards: too few in the source)"
    assert table["rays"] == "visible 75.0 %, occluded 25.0 %"
    assert table["overlap"] == "min 0.30  25% 0.30  median 0.40  75% 0.50  max 0.50"
    assert table["rejected cameras"] == "wall 4"
    assert table["replaced objects"] == "none"
    assert table["bytes"] == "5.00 MB in all, 0.62 MB per pair"
    assert table["speed"] == "8 pairs in 4 s: 2.00 pairs/s, 1.00 per core"


def test_failures_stand_below_the_table():
    out = StringIO()
    print_summary(outcome(entry(), failed=[Failure("x.h5", "too small")]), Console(file=out, width=120))
    assert "failed: x.h5: too small" in out.getvalue()
    assert outcome(entry(), failed=[Failure("x", "y")]).exit_code == 1
    assert outcome(entry()).exit_code == 0


def test_a_failure_that_was_told_is_named_and_not_told_again():
    failed = [Failure(f"{k}.h5", f"why {k}") for k in range(10)]
    assert failures(failed[:3], {"1.h5", "2.h5"}) == ["failed: 0.h5: why 0", "failed, as said above: 1.h5, 2.h5"]
    assert failures(failed, {item.file for item in failed})[0].endswith("7.h5, and 2 more in manifest.json")
    assert failures([], ()) == []


def test_nothing_made_at_all():
    out = StringIO()
    print_summary(outcome(failed=[Failure("x.h5", "too small")]), Console(file=out))
    assert "no shard was made" in out.getvalue()
    assert dict(rows(outcome(entry(), new=0)))["speed"] == "nothing was missing"


REMARKS = Remarks(
    {
        "object mug/1": {"unit_guessed": ("centimetres",), "coincident_faces": ("12",)},
        "object mug/2": {"missing_texture": ("a.png", "b.png")},
        "room attic": {"doubtful_up": ("confidence 0.31; state up_axis in assets.jsonl",), "tilted": ("2.0 deg",)},
        "room hall": {"tilted": ("3.1 deg",)},
    },
    {"object mug/3": Skip("no_faces", "no face has three corners")},
)


def test_defects_and_skipped_assets_are_counted_by_code():
    failed = [Failure(f"x-{k}.h5", "?", room="x", reason="empty") for k in range(2)]
    made = outcome(entry(), failed=failed, remarks=REMARKS)
    table = dict(rows(made))
    counted = "tilted 2, coincident_faces 1, doubtful_up 1, missing_texture 1, unit_guessed 1 (4 assets)"
    assert table["assets with defects"] == counted
    assert table["skipped assets"] == "empty 1, no_faces 1"


def test_skipped_and_doubtful_assets_are_named_by_kind():
    assert advice(REMARKS) == [
        "skipped: no_faces: object mug/3 (no face has three corners)",
        "doubtful: doubtful_up: room attic (confidence 0.31; state up_axis in assets.jsonl)",
        "doubtful: unit_guessed: object mug/1 (centimetres)",
        "doubtful: missing_texture: object mug/2 (a.png, ...)",
    ]
    out = StringIO()
    made = outcome(entry(), remarks=REMARKS)
    print_summary(made, Console(file=out, width=80))
    assert advice(REMARKS)[1] in out.getvalue()


def test_many_assets_of_one_kind_are_one_line_with_rooms_first():
    many = {f"object {k:03d}": {"unit_guessed": ("millimetres",)} for k in range(100)}
    assert advice(Remarks(many | {"room z": {"unit_guessed": ()}})) == [
        "doubtful: unit_guessed: room z, object 000 (millimetres), and 99 more in manifest.json"
    ]


def test_many_kinds_are_a_few_lines():
    reasons = {f"object {k:03d}": Skip(f"reason_{k:03d}", "odd") for k in range(100)}
    lines = advice(Remarks({}, reasons))
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == f"and {100 - MOST_LINES} more kinds: see assets and skipped in manifest.json"


def test_what_was_left_out_does_not_hide_what_is_in_the_pictures():
    reasons = {f"object {k:03d}": Skip(f"reason_{k:03d}", "odd") for k in range(100)}
    lines = advice(Remarks({"room z": {"no_colors": ()}}, reasons))
    assert len(lines) == MOST_LINES + 1
    assert lines[-2:] == ["doubtful: no_colors: room z", "and 93 more kinds: see assets and skipped in manifest.json"]
    doubts = {f"room {code}": {code: ()} for code in ACT_ON}
    shown = [line.split(":")[0] for line in advice(Remarks(doubts, reasons))[:MOST_LINES]]
    assert shown == ["skipped"] * (MOST_LINES // 2) + ["doubtful"] * (MOST_LINES // 2)


def test_rooms_without_the_objects_that_were_drawn_are_said():
    out = StringIO()
    lost = entry(objects=[0, 0, 3, 5], replaced_objects={"no_faces": 9})
    print_summary(outcome(lost, entry(objects=[0, 0, 0, 1])), Console(file=out, width=120))
    assert "no object stands in 2 of 8 pairs: see replaced objects" in out.getvalue()


def test_nothing_to_say_of_assets():
    table = dict(rows(outcome(entry())))
    assert (table["assets with defects"], table["skipped assets"]) == ("none", "none")
    assert advice(Remarks()) == []


def test_quantiles():
    assert quantiles([0.0, 1.0]) == "min 0.00  25% 0.25  median 0.50  75% 0.75  max 1.00"
    with pytest.raises((ValueError, IndexError)):
        quantiles([])
