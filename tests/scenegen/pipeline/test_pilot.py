"""Trying a run out: few pairs, the run's own samples, and words for what it will cost."""

import re
import subprocess
import sys

import pytest
from run_world import config_in

from scenegen.cli.planning import time_text
from scenegen.errors import RunError
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.pilot import PAIRS, peak_bytes, try_out


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return config_in(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize("crew", [Crew("inline"), Crew(workers=1)], ids=["inline", "process"])
def test_some_pairs_are_made_and_all_are_reckoned(config, crew):
    trial = try_out(config, "gzip", None, crew)
    found = trial.forecast
    assert (found.shards, found.pairs) == (len(trial.jobs), config.rooms * config.pairs_per_room)
    assert 0 < trial.pairs <= found.pairs
    assert trial.pairs % PAIRS == 0
    assert found.pair_s > 0 <= found.room_s
    assert found.bytes > 1000 * found.pairs
    assert found.memory_bytes > 20e6
    assert found.config_sha256 == config.portable().sha256()


def test_rooms_that_cannot_be_made_are_one_line(config, monkeypatch):
    monkeypatch.setattr("scenegen.pipeline.worker.run_job", lambda *_: (_ for _ in ()).throw(RunError("no luck")))
    with pytest.raises(RunError, match="no room that was tried could be made: render a few rooms to see why"):
        try_out(config, "gzip", None, Crew("inline"))


def test_no_memory_is_known_of_a_cluster_or_without_the_system_s_word(monkeypatch):
    assert peak_bytes(Crew("ray")) is None
    monkeypatch.setitem(sys.modules, "resource", None)
    assert peak_bytes(Crew("inline")) is None


def test_the_command_and_what_the_run_says_of_it_afterwards(tmp_path):
    words = ["--rooms", "2", "--pairs-per-room", "2", "--size", "64x48", "--workers", "0", "--out", str(tmp_path / "o")]
    plan, render = (
        subprocess.run([sys.executable, "-m", "scenegen", name, *words], capture_output=True, text=True, check=True)
        for name in ("plan", "render")
    )
    for label in ("pairs", "measured", "core time", "wall time", "disk", "memory", "price"):
        assert re.search(rf"^{label} {{2,}}\S", plan.stdout, re.MULTILINE), plan.stdout
    assert re.search(r"scenegen plan said core time \d+ s for \d+ s \([+-]\d+ %\), disk", render.stdout)
    sound = subprocess.run([sys.executable, "-m", "scenegen", "verify", words[-1], "--fast"], check=False)
    assert sound.returncode == 0


def test_a_price_below_nothing_is_one_line(tmp_path):
    command = [sys.executable, "-m", "scenegen", "plan", "--price", "-1", "--out", str(tmp_path / "o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "scenegen: --price -1: must be 0 or more\n")
    assert not (tmp_path / "o").exists()


def test_words_for_times():
    assert [time_text(s) for s in (5, 300, 90_000)] == ["5 s", "5.0 min", "25.0 h"]
