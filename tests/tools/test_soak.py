"""A long run that is killed on the way: what is compared with what, and the whole of it in small."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import soak
from soaking import disturbed
from soaking.disturbed import COMMAND, WORKER, Diary, Moment, Process, Soak, Spent, endure
from soaking.judging import MEASURES, WARM_PAIRS, change_over_lives, change_with_age, quarters, traces
from soaking.pace import cost_of, grown, halves, pace_over_lives, pace_with_age
from soaking.processes import State, children, is_worker, state_of

needs_proc = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").is_file(), reason="needs Linux's /proc")
LIVES, SHARDS, PAIRS = 8, 20, 50
MEMORY, HANDLES = MEASURES.values()


def run_of(memory=lambda life, age: 400.0, cost=lambda life, age: 0.1):
    """Lives of one worker that makes a shard of so many pairs between two looks."""
    moments, pairs = [], 0
    for life in range(LIVES):
        seconds = 3.0
        for shard in range(SHARDS):
            age = shard * PAIRS
            worker = Process(100 + life, WORKER, State(seconds, memory(life, age), 7))
            moments.append(Moment(life, pairs, pairs // PAIRS, (Process(9, COMMAND, State(1.0, 90.0, 11)), worker)))
            pairs, seconds = pairs + PAIRS, seconds + PAIRS * cost(life, age)
    return moments


def compared(moments, role=WORKER, measure=MEMORY):
    seen = traces(moments, role, measure, 0.1)
    return change_over_lives(seen, LIVES), change_with_age(seen)


def test_a_run_that_stays_as_it_was_is_flat():
    for role in (WORKER, COMMAND):
        for measure in (MEMORY, HANDLES):
            assert [(each.growth, each.flat) for each in compared(run_of(), role, measure)] == [(0.0, True)] * 2


def test_what_grows_with_age_and_what_grows_from_life_to_life_are_told_apart():
    aging = compared(run_of(memory=lambda life, age: 400 + age / 4))
    assert [each.flat for each in aging] == [True, False]
    assert aging[1].growth == pytest.approx((650 - 450) * 0.75 / (450 + 25), rel=0.1)
    piling = compared(run_of(memory=lambda life, age: 400 + 20 * life))
    assert [each.flat for each in piling] == [False, True]
    assert piling[0].growth == pytest.approx(120 / 410)


def test_warming_up_is_not_growing():
    assert all(each.flat for each in compared(run_of(memory=lambda life, age: 200 + min(age, WARM_PAIRS))))


def test_the_pace_is_computing_time_a_pair():
    even = halves(run_of())
    assert cost_of(part for pair in even.values() for part in pair) == pytest.approx(0.1)
    assert pace_over_lives(even, LIVES).growth == pytest.approx(0)
    assert not pace_over_lives(halves(run_of(cost=lambda life, age: 0.1 + 0.001 * (life > 3))), LIVES).growth > 0.02
    slower = pace_with_age(halves(run_of(cost=lambda life, age: 0.1 * (1 + age / 1000))))
    assert (slower.flat, slower.growth) == (False, pytest.approx(0.4, abs=0.1))


def test_rooms_that_differ_are_no_slowing_down():
    found = halves(run_of(cost=lambda life, age: 0.1 * (1 + 0.17 * (life % 3 == 1))))
    change = pace_over_lives(found, LIVES)
    assert change.flat
    assert change.allowed > 0.1


def test_what_is_too_short_is_not_judged():
    short = [moment for moment in run_of() if moment.processes[1].state.cpu_s < 10]
    assert compared(short) == (None, None)
    assert grown(halves(short)) == {}
    assert pace_over_lives({}, LIVES) is pace_with_age({}) is None
    assert quarters(11) == (range(3), range(8, 11))
    assert soak._row("x", None)["verdict"] == "too short to tell"


def test_work_counts_at_the_pace_that_the_machine_had_at_first():
    spent = Spent()
    seen = [
        Moment(0, 0, 0, (Process(1, WORKER, State(t, 1, 1)),), slow) for t, slow in ((5.0, 1.0), (7.0, 2.0), (8.0, 0.5))
    ]
    assert [spent.book(moment) for moment in seen] == [5, 6, 8]


def test_the_yardstick_tells_how_much_slower_the_machine_is(monkeypatch):
    clock = iter(range(10_000))
    pace = iter([1.0] * 40 + [3.0] * 1000)
    now = [0.0]

    def process_time():
        now[0] += next(pace) if next(clock) % 2 else 0.0
        return now[0]

    monkeypatch.setattr(disturbed.time, "process_time", process_time)
    monkeypatch.setattr(disturbed, "EVERY", 2)
    yardstick = disturbed.Yardstick()
    told = [yardstick.slow() for _ in range(200)]
    assert told[:80] == [1.0] * 80
    assert told[-1] == 3.0
    assert sorted(told) == told


def test_work_of_a_worker_that_died_counts():
    spent = Spent()
    workers = [Process(pid, WORKER, State(seconds, 1, 1)) for pid, seconds in ((1, 5.0), (2, 3.0))]
    first = Moment(0, 0, 0, (*workers, Process(3, COMMAND, State(99.0, 1, 1))))
    assert spent.book(first) == 8
    assert spent.book(replace(first, processes=(Process(4, WORKER, State(1.0, 1, 1)),))) == 9


@needs_proc
def test_what_linux_tells_of_a_process():
    here = state_of(os.getpid())
    assert here.memory_mb > 1
    assert here.handles >= 3
    assert here.cpu_s > 0
    assert not is_worker(os.getpid())
    assert state_of(2**22 + 1) is None
    assert children(2**22 + 1) == []


def test_a_run_that_fails_or_ends_too_early_is_one_line(tmp_path):
    def soaked(code, kills):
        command = ["sh", "-c", f"echo its last word; exit {code}"]
        return Soak(command, tmp_path, tmp_path / "log", kills, 8, {})

    with pytest.raises(SystemExit, match=r"soak: the run ended with exit code 3: its last word"):
        endure(soaked(3, 0))
    with pytest.raises(SystemExit, match=r"soak: the run ended before kill 1 \(its last word\): ask for more --pairs"):
        endure(soaked(0, 1))
    (tmp_path / "x").touch()
    with pytest.raises(SystemExit, match=rf"soak: --out {tmp_path}: is not empty: choose another folder"):
        soak.main(["--out", str(tmp_path)])
    assert Diary().orphans() == []


@needs_proc
@pytest.mark.parametrize(
    ("words", "lives"),
    [
        ("--pairs 6 --rooms 6 --workers 1 --kills 1 --sample 1", 2),
        pytest.param("--pairs 60 --rooms 20 --workers 2 --kills 3", 4, marks=pytest.mark.slow),
    ],
)
def test_a_small_soak(tmp_path, capsys, words, lives):
    assert soak.main([*words.split(), "--out", str(tmp_path / "o")]) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "| scenegen verify | passed |" in said
    assert "| content digests | passed | 0 of " in said
    assert "too short to tell" in said
    content = json.loads((tmp_path / "o" / "soak.json").read_text())
    (rows,) = (section["rows"] for section in content["sections"] if section["title"] == "Lives of the run")
    assert len(rows) == lives
    assert rows[0]["ended"] == "all killed"
    assert rows[-1]["ended"] == "finished"
    assert (tmp_path / "o" / "soak.md").read_text() in said
