"""The worked changes of CONTRIBUTING apply as they stand, and do what they say, by real commands."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import h5py
import house
import numpy as np
import pytest
from roots import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SMALL = ["--pairs-per-room", "2", "--size", "64x48", "--workers", "0"]


@pytest.fixture
def changed(tmp_path):
    """The package with one of the page's changes, in a folder of its own."""

    def change(heading):
        (diff,) = re.findall(
            r"```diff\n(.*?)```", PAGE.split(f"### {heading}, whole\n")[1].split("\n### ")[0], re.DOTALL
        )
        assert len(re.findall(r"^\+\+\+ ", diff, re.MULTILINE)) <= 2
        shutil.copytree(ROOT / "scenegen", tmp_path / "scenegen")
        shutil.copytree(ROOT / "assets_manifest", tmp_path / "assets_manifest")
        done = subprocess.run(["git", "apply"], input=diff, text=True, cwd=tmp_path, capture_output=True)
        assert done.returncode == 0, done.stderr
        modules = house.read_modules(tmp_path)
        measured = house.measure("scenegen", list(modules.values()))
        assert [*house.forbidden(modules), *house.circle(house.imports(modules)), *house.broken([measured])] == []
        return tmp_path

    return change


@pytest.mark.parametrize("heading", ["A layer", "A source of rooms"])
def test_it_applies_and_keeps_the_rules_of_the_house(changed, heading):
    folder = changed(heading)
    for words in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *words, "--no-cache", "--config", ROOT / "pyproject.toml", folder]
        done = subprocess.run(ruff, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def commands(heading):
    part = PAGE.split(f"### {heading}, whole\n")[1].split("\n### ")[0]
    return [shlex.split(line) for line in re.findall(r"^    scenegen (.*)$", part, re.MULTILINE)]


def run(folder, words):
    small = SMALL if words[0] == "render" else []
    done = subprocess.run(
        [sys.executable, "-m", "scenegen", *words, *small],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_layer(changed):
    folder = changed("A layer")
    said = [run(folder, words) for words in commands("A layer")]
    assert "range: 0 of " in said[1]
    assert (folder / "ranges.png").stat().st_size > 10_000
    (shard,) = (folder / "out" / "ranges").glob("*.h5")
    with h5py.File(shard) as file:
        depth, ranges, K = file["depth"][0, 0], file["range"][0, 0], file["camera/K"][0, 0]
        y, x = np.mgrid[: depth.shape[0], : depth.shape[1]]
        along = np.linalg.norm(np.stack([(x - K[0, 2]) / K[0, 0], (y - K[1, 2]) / K[1, 1], np.ones_like(x)]), axis=0)
        np.testing.assert_allclose(ranges, depth * along, rtol=1e-5)
        assert file["range"].attrs["units"] in ("m", b"m")


@pytest.mark.slow
def test_a_source_of_rooms(changed):
    folder = changed("A source of rooms")
    for words in commands("A source of rooms"):
        run(folder, words)
    assert len(list((folder / "out" / "bare").glob("*bare_*.h5"))) == 2
