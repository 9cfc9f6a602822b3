"""Shards are checked in another process: what they do to it is a line of the report, and the next one is checked."""

import os
import shutil
import signal
import time
from pathlib import Path

import h5py
import pytest
from command_line import scenegen
from listed_shards import entry_of, list_in_manifest, sound_content
from roots import TESTS
from shard_factory import make_content

from scenegen.shards.writer import encode_shard
from scenegen.verify import quarantine
from scenegen.verify.check import ShardReport, Target
from scenegen.verify.quarantine import Quarantine, check_all

CASES = TESTS / "support" / "fuzzing" / "cases"
"""Shards that HDF5 2.0.0 crashes on, found by the fuzzer."""


def fate(path, entry):
    """A check that does what the file's name says."""
    if path.name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if path.name == "hang":
        time.sleep(600)
    if path.name == "mistake":
        raise KeyError("a mistake of the program")
    return ShardReport(path.name, (), 7)


def test_crashes_and_hangs_are_reported_and_the_next_shard_is_checked():
    names = ["good", "crash", "good", "hang", "good"]
    with Quarantine(fate, patience_s=5.0) as checking:
        reports = [checking.check(Target(Path(name), None)) for name in names]
    crash = "makes HDF5 crash (exit code -11): do not trust this file"
    hang = "keeps HDF5 busy without end: do not trust this file"
    assert [report.problems for report in reports] == [(), (crash,), (), (hang,), ()]
    assert [report.name for report in reports] == names


def test_an_address_has_longer_and_its_silence_is_no_matter_of_trust(monkeypatch):
    monkeypatch.setattr(quarantine, "is_remote", lambda _: True)
    monkeypatch.setattr(quarantine, "FARTHER", 2)
    with Quarantine(fate, patience_s=2.0) as checking:
        (said,) = checking.check(Target(Path("hang"), None)).problems
    assert said == "was not read in 4 s: see that the network is up"


def test_a_mistake_of_the_program_is_not_hidden():
    with Quarantine(fate) as checking, pytest.raises(RuntimeError, match="KeyError: 'a mistake of the program'"):
        checking.check(Target(Path("mistake"), None))


@pytest.fixture
def shard(tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(encode_shard(sound_content()))
    return path


def test_all_shards_in_order(shard, tmp_path):
    targets = [Target(shard, entry_of(shard)), Target(tmp_path / "no.h5", None), Target(shard, None)]
    assert [r.problems for r in check_all(targets, "full")] == [(), ("is missing",), ()]
    assert [r.problems for r in check_all(targets, "fast")] == [(), ("is missing",), ()]


@pytest.mark.parametrize("case", sorted(CASES.glob("*.h5")), ids=lambda p: p.stem)
def test_verify_survives_a_file_made_to_crash_hdf5(case, shard, tmp_path):
    shutil.copy(case, tmp_path / "b.h5")
    shutil.copy(shard, tmp_path / "c.h5")
    list_in_manifest(*(tmp_path / f"{name}.h5" for name in "abc"))
    done = scenegen("verify", tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "2 of 3 shards are sound" in done.stdout
    assert "b.h5" in done.stdout


def test_verify_prints_the_words_of_a_hostile_file_as_plain_text(tmp_path):
    path = tmp_path / "[red]x.h5"
    path.write_bytes(encode_shard(make_content()))
    with h5py.File(path, "r+") as file:
        file.create_group("\x1b[2J[/red]\n[bold]")
    done = scenegen("verify", path)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "[/red]" in done.stdout
    assert "Traceback" not in done.stderr
