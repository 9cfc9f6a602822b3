"""The numbered examples run as they stand, are short, and say what they should."""

import re
import subprocess
import sys

import photo_world
import pytest
from PIL import Image
from roots import ROOT
from training_world import write_shards

FOLDER = ROOT / "tools" / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))


def run(number, *words, expected=0):
    (path,) = FOLDER.glob(f"{number:02d}_*.py")
    done = subprocess.run([sys.executable, path, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == expected, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"), height=96, width=96)


def test_they_are_short_and_numbered_without_a_gap():
    assert [int(path.name[:2]) for path in EXAMPLES] == list(range(1, len(EXAMPLES) + 1))
    assert {path.name: n for path in EXAMPLES if (n := len(path.read_text().splitlines())) > 40} == {}


@pytest.mark.parametrize("number", [4, 5, 6, 7, 8])
def test_without_words_they_say_how_they_are_called(number):
    (path,) = FOLDER.glob(f"{number:02d}_*.py")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(rf"usage: .*{path.name} [A-Z][^\n]*\n", done.stderr)
    assert done.stderr.partition(path.name)[2].strip() in path.read_text()


def test_a_first_pair(tmp_path):
    said = run(1, tmp_path)
    matches, rays = map(int, re.match(r"(\d+) matches of (\d+) rays: \{.*'visible': \d+\}", said).groups())
    assert rays == 9600
    assert 1000 < matches < rays
    assert Image.open(tmp_path / "view1.png").size == (320, 240)


def test_own_meshes_become_shards_that_pure_h5py_reads(tmp_path):
    assert re.match(r"2 pairs of \('hall',\) in ", run(2, tmp_path))
    (shard,) = (tmp_path / "shards").glob("*.h5")
    said = run(4, shard)
    assert len(re.findall(r"sample \d: \d+ matches, projected again within \d\.\de-0[5-9] px", said)) == 2


def test_own_cameras():
    said = run(3)
    assert "instances [0 1 2]" in said
    assert re.search(r"\d{4} matches; \d{2,4} points of the floor are behind the plate", said)


def test_training_an_objective_of_ones_own(shards, tmp_path):
    run(7, shards, tmp_path / "margin", 2)
    assert (tmp_path / "margin" / "checkpoint.pt").is_file()


@pytest.mark.slow
def test_training_and_evaluation(shards, tmp_path):
    assert "PCK" in run(5, shards, tmp_path / "run", 2)


def test_photographs_and_a_benchmark_of_ones_own(tmp_path):
    for name, shift in (("a", 20), ("b", 25)):
        Image.fromarray(photo_world.texture()[20 : 20 + 96, shift : shift + 128]).save(tmp_path / f"{name}.png")
    said = run(6, tmp_path / "a.png", tmp_path / "b.png")
    assert re.search(r"\d+ of them agree with one homography", said)
    assert "shifted" in run(8, tmp_path, tmp_path / "out")
