"""The session on a GPU: every command is one that its program takes, and every line runs at a tiny size on a CPU."""

import json
import shlex
import subprocess
import sys

import pytest
from gpu_session import STEPS, Done, Step, main, passed, run
from roots import ROOT

from scenegen.cli.values import read_size
from training.cli.main import parse


def words_of(step):
    """The words after the interpreter."""
    return shlex.split(step.command.replace("{out}", "out"))[1:]


@pytest.mark.parametrize("step", [step for step in STEPS if "-m training" in step.command], ids=lambda step: step.name)
def test_commands_are_those_of_the_trainer(step):
    assert words_of(step)[:2] == ["-m", "training"]
    assert parse(words_of(step)[2:]) is not None


@pytest.mark.parametrize("step", [step for step in STEPS if "tools/" in step.command], ids=lambda step: step.name)
def test_tools_are_there_and_know_their_options(step):
    tool, *words = words_of(step)
    text = subprocess.run([sys.executable, tool, "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(word in text for word in words if word.startswith("--"))


def test_the_session_fits_a_quarter_of_an_hour_and_names_are_files():
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert sum(step.limit_s for step in STEPS) <= 20 * 60  # limits; most end long before them
    assert all(step.name.replace("-", "").isalnum() for step in STEPS)


def test_what_fails_is_told_and_the_rest_goes_on(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("gpu_session.STEPS", (Step("bad", 9, "sh -c 'exit 3'", ""), Step("good", 9, "echo {out}", "")))
    assert main([str(tmp_path / "a b")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] + " " + line.split()[-1] for line in lines] == ["bad FAILED", "good ok"]
    done = json.loads((tmp_path / "a b" / "session.json").read_text())
    assert [(each["name"], each["code"]) for each in done] == [("bad", 3), ("good", 0)]
    assert (tmp_path / "a b" / "good.txt").read_text().strip() == str(tmp_path / "a b")


def test_a_step_ends_at_its_limit(tmp_path):
    stuck = Step("stuck", 1, "sleep 60", "sleep 60")
    assert not passed(stuck, run(stuck, tmp_path, dry=False))


def test_a_run_that_is_stopped_is_a_result():
    fit = next(step for step in STEPS if step.stop == "INT")
    assert passed(fit, Done("fit", "", 130, 1.0, ""))
    assert not passed(fit, Done("fit", "", 1, 1.0, ""))
    assert not passed(STEPS[0], Done("device", "", 124, 1.0, ""))


@pytest.mark.parametrize("asked", ["lost", "loss,lost", "lost,loss"])
def test_an_unknown_step_is_no_minute_of_the_others(tmp_path, capsys, asked):
    assert main([str(tmp_path), "--only", asked]) == 2
    assert "--only lost: no such step; choose among device, kernels" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["command", "dry"])
def test_what_is_rendered_is_large_and_many_enough_for_the_training(kind):
    """Four rooms in five train."""

    def words(name):
        step = next(each for each in STEPS if each.name == name)
        return shlex.split(getattr(step, kind).replace("{out}", "out"))[3:]

    pairs, run = words("pairs"), parse(words("fit")).run
    rooms, each, size = (pairs[pairs.index(name) + 1] for name in ("--rooms", "--pairs-per-room", "--size"))
    assert run.data.crop <= min(read_size(size).width, read_size(size).height)
    assert run.batch <= int(rooms) * int(each) / 2


def test_a_dry_step_has_longer(tmp_path):
    slow = Step("slow", 1, "sleep 2", "sleep 2")
    assert passed(slow, run(slow, tmp_path, dry=True))


@pytest.mark.slow
def test_every_line_at_a_tiny_size(tmp_path):
    command = ["sh", "tools/gpu_session.sh", str(tmp_path), "--dry"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "".join(path.read_text() for path in tmp_path.glob("*.txt"))
    assert done.returncode == 0, done.stdout + said
    assert [each["code"] for each in json.loads((tmp_path / "session.json").read_text())] == [0] * len(STEPS)
