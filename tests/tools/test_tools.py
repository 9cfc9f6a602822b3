"""The programs of tools/ run and say what they promise."""

import json
import subprocess
import sys

import pytest
from roots import ROOT
from small_world import objects_folder, rooms_folder

TOOLS = ROOT / "tools"


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    rooms, objects = rooms_folder(folder / "rooms", 1), objects_folder(folder / "objects")
    return ["--room-source", f"folder:{rooms}", "--object-source", f"folder:{objects}"]


def tool(name, *words):
    return subprocess.run([sys.executable, TOOLS / name, *map(str, words)], capture_output=True, text=True)


def table(text, title):
    """Rows of the Markdown table under a title, cells as text."""
    lines = text.split(f"### {title}\n\n")[1].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.slow
def test_the_benchmark_prints_every_part_and_the_ratio(sources):
    done = tool("bench_pairs.py", *sources, "--pairs", 1)
    assert done.returncode == 0, done.stderr
    rows = table(done.stdout, "Where the time of a pair goes")
    assert {row[0] for row in rows} >= {"load", "stage", "primary rays", "shadow rays", "shading", "tracks", "encode"}
    assert sum(float(row[2]) for row in rows) == pytest.approx(100, abs=2)
    assert "pairs/s" in done.stdout
    counted = {row[0]: float(row[1]) for row in table(done.stdout, "Its rays")}
    assert counted["primary rays"] >= 614.4, "two pictures of 640 x 480, in thousands"
    assert counted["shadow rays"] > 0
    assert counted["track rays"] >= 38.4


@pytest.mark.slow
def test_the_benchmark_draws_how_the_cost_grows(sources, tmp_path):
    words = ("--pairs", 1, "--size", "96x72", "--parts", "views,objects", "--out", tmp_path / "bench")
    done = tool("bench_pairs.py", *sources, *words)
    assert done.returncode == 0, done.stderr
    content = json.loads((tmp_path / "bench" / "bench_pairs.json").read_text())
    assert [section["title"] for section in content["sections"]] == ["Cost against views", "Cost against objects"]
    assert [row["views"] for row in content["sections"][0]["rows"]] == [2, 4, 8, 12]
    assert "### Cost against views" in (tmp_path / "bench" / "bench_pairs.md").read_text()
    assert (tmp_path / "bench" / "bench_pairs.png").stat().st_size > 1000


def test_the_benchmark_says_what_can_be_measured():
    done = tool("bench_pairs.py", "--parts", "stages,weather")
    assert done.returncode == 2
    assert "--parts weather: unknown; choose from stages, whole, triangles" in done.stderr


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
