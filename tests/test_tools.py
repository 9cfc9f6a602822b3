"""The programs of tools/ run and say what they promise."""

import subprocess
import sys
from pathlib import Path

import pytest
from small_world import objects_folder, rooms_folder

TOOLS = Path(__file__).resolve().parents[1] / "tools"


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    rooms, objects = rooms_folder(folder / "rooms", 1), objects_folder(folder / "objects")
    return ["--room-source", f"folder:{rooms}", "--object-source", f"folder:{objects}"]


def tool(name, *words):
    return subprocess.run([sys.executable, TOOLS / name, *map(str, words)], capture_output=True, text=True)


@pytest.mark.slow
def test_the_benchmark_prints_every_part_and_the_ratio(sources):
    done = tool("bench_pairs.py", *sources, "--pairs", 1)
    assert done.returncode == 0, done.stderr
    for part in (
        "load",
        "stage",
        "primary rays",
        "shadow rays",
        "shading",
        "tracks",
        "encode",
        "pairs/s",
        "rays alone",
    ):
        assert part in done.stdout
    shares = [float(line.split()[-2]) for line in done.stdout.splitlines() if line.endswith("%")]
    assert sum(shares) == pytest.approx(100, abs=2)


@pytest.mark.slow
def test_the_measurements_print_their_figures(sources):
    done = tool("measure_truth.py", *sources, "--samples", 1)
    assert done.returncode == 0, done.stderr
    assert "re-projection error, px" in done.stdout


def test_a_contact_sheet_is_drawn(sources, tmp_path):
    rendered = subprocess.run(
        [sys.executable, "-m", "scenegen", "render", *sources, "--rooms", "1", "--pairs-per-room", "2", "--size", "96x72",
         "--workers", "0", "--no-cache", "--out", tmp_path / "run"], capture_output=True, text=True,
    )  # fmt: skip
    assert rendered.returncode == 0, rendered.stderr
    done = tool("contact_sheet.py", tmp_path / "run", "--out", tmp_path / "sheet.png", "--columns", 2, "--width", 96)
    assert done.returncode == 0, done.stderr
    from PIL import Image

    assert Image.open(tmp_path / "sheet.png").size == (2 * 192 + 6, 72)
