"""Logs: one record per step whatever happens in between, and a display that says the time left."""

import io
import json
import math

import pytest
from rich.console import Console
from small_disk import files_up_to
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from training.errors import RequestError
from training.running.logs import HEALTH, LOG, VALIDATION, Display, RunLog, duration, read_lines, truncate


def write(path, steps, tail=""):
    path.write_text("".join(f"{json.dumps({'step': step})}\n" for step in steps) + tail)


def test_truncating_keeps_what_the_checkpoint_knows(tmp_path):
    path = tmp_path / "log.jsonl"
    truncate(path, 3)
    assert not path.exists()
    write(path, range(1, 8), tail='{"step": 8, "tot')  # a kill in the middle of a line
    assert [record["step"] for record in read_lines(path)] == list(range(1, 8))
    truncate(path, 4)
    assert [record["step"] for record in read_lines(path)] == [1, 2, 3, 4]
    assert [p.name for p in tmp_path.iterdir()] == ["log.jsonl"]


def test_a_log_goes_on_without_duplicates(tmp_path):
    first = RunLog(tmp_path, 0)
    for step in range(1, 7):
        first.write(LOG, step, {"total": step / 10, "lr": 1e-3})
    first.write(VALIDATION, 4, {"total": 0.1})
    first.write(VALIDATION, 6, {"total": 0.1})
    first.sync()
    second = RunLog(tmp_path, 4)  # the checkpoint was of step 4
    second.write(LOG, 5, {"total": 9.0, "lr": 1e-3})
    second.close()
    first.close()
    assert [(r["step"], r["total"]) for r in read_lines(tmp_path / LOG)] == [
        (1, 0.1), (2, 0.2), (3, 0.3), (4, 0.4), (5, 9.0)]  # fmt: skip
    assert [r["step"] for r in read_lines(tmp_path / VALIDATION)] == [4]


def test_a_new_run_begins_with_an_empty_log(tmp_path):
    write(tmp_path / LOG, [1, 2])
    RunLog(tmp_path, 0).close()
    assert read_lines(tmp_path / LOG) == []


def test_tensorboard_has_the_same_numbers_and_forgets_what_was_undone(tmp_path):
    for begin, end, value in ((1, 6, 0.5), (5, 8, 0.25)):
        log = RunLog(tmp_path, begin - 1)
        for step in range(begin, end + 1):
            log.write(LOG, step, {"total": value})
        log.write(HEALTH, end, {"auroc": 0.75}, alarm=None)
        log.close()
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [(e.step, e.value) for e in events.Scalars("train/total")] == [
        (1, 0.5), (2, 0.5), (3, 0.5), (4, 0.5), (5, 0.25), (6, 0.25), (7, 0.25), (8, 0.25)]  # fmt: skip
    assert events.Scalars("health/auroc")[-1].step == 8


def test_nan_is_null_in_the_file(tmp_path):
    log = RunLog(tmp_path, 0)
    log.write(HEALTH, 1, {"auroc": math.nan}, histogram=[1, 2], alarm="x")
    log.close()
    assert json.loads((tmp_path / HEALTH).read_text(), parse_constant=pytest.fail) == {
        "step": 1, "auroc": None, "histogram": [1, 2], "alarm": "x"}  # fmt: skip


def test_a_full_disk_is_one_clear_line(tmp_path):
    log = RunLog(tmp_path, 0)
    log.write(HEALTH, 1, {"auroc": 0.5}, histogram=[0] * 1000)
    with files_up_to(2000), pytest.raises(RequestError) as caught:
        log.sync()
    assert str(caught.value) == f"{tmp_path}: cannot be written (File too large); change --out or free space"
    log.close()
    assert len(read_lines(tmp_path / HEALTH)) == 1


def shown(console_width=100, terminal=False):
    stream = io.StringIO()
    return stream, Console(
        file=stream, width=console_width, force_terminal=terminal, highlight=False, color_system=None
    )


def test_plain_lines_where_there_is_no_terminal():
    stream, console = shown()
    with Display(console, steps=100, done=40, batch=8) as display:
        assert display.words(60, -0.125, 10.0) == "loss -0.1250  16.0 pairs/s  0:20 left"
        for step in range(41, 101):
            display.update(step, 0.5)
        display.say("a [line] that stays")
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("step 41/100  loss +0.5000  ")
    assert lines[-2].startswith("step 100/100  loss +0.5000  ")
    assert lines[-1] == "a [line] that stays"
    assert len(lines) <= 5  # one line in ten seconds, not one a step


def test_a_bar_on_a_terminal():
    stream, console = shown(terminal=True)
    with Display(console, steps=10, done=0, batch=8) as display:
        display.update(10, -0.2)
    assert "10/10" in stream.getvalue()
    assert "loss -0.2000" in stream.getvalue()
    assert "pairs/s" in stream.getvalue()


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (7.4, "0:07"), (754, "12:34"), (3723, "1:02:03")])
def test_durations(seconds, text):
    assert duration(seconds) == text
