"""The benchmark: what it measures is there and adds up; nothing is asserted about speed."""

import io
import subprocess
from dataclasses import replace

import pytest
import torch
from rich.console import Console
from shard_factory import make_content

from scenegen.shards.writer import encode_shard, publish
from tests.whole.test_addresses import sent
from training.cli.main import parse
from training.errors import DataError, RequestError
from training.measuring import bench as module
from training.measuring import loader_rate as rates
from training.measuring.bench import Report, StepTimes, Way, bench, show_report, step_times, ways
from training.measuring.loader_rate import LoaderRate, loader_rate
from training.presets import preset
from training.settings import ModelSettings

PARTS = ["load", "augment and select", "forward", "loss", "backward", "optimiser"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    publish(folder / "0.h5", encode_shard(make_content(samples=3, height=48, width=64)))
    publish(folder / "1.h5", encode_shard(make_content(samples=1, height=48, width=64, split="val")))
    return folder


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(rates, "ROUND_S", 0.02)


def small():
    quick = preset("quick")
    return replace(
        quick,
        batch=2,
        data=replace(quick.data, workers=0, min_matches=4),
        model=ModelSettings(widths=(8, 8), blocks=(1, 1), channels=4, heads=1),
    )


def test_the_loader_is_measured(folder):
    rate = loader_rate(folder)
    assert rate.codec == "gzip"
    assert rate.picture == (64, 48)
    assert min(rate.whole, rate.windows, rate.batches, rate.small_batches) > 0
    assert 0.001 < rate.mb_per_pair < 0.05


def test_every_part_of_a_step_is_measured(folder):
    step = step_times(folder, "quick", small(), torch.device("cpu"), Way("float32"))
    assert list(step.parts_ms) == PARTS
    assert min(step.parts_ms.values()) > 0
    assert (step.pairs, step.crop) == (2, 48)
    seconds = (sum(step.parts_ms.values()) - step.parts_ms["load"]) / 1000
    assert step.pairs_per_s == pytest.approx(2 / seconds)


def printed(report, workers=2):
    out = io.StringIO()
    show_report(report, workers, Console(file=out, width=100, highlight=False))
    return out.getvalue()


def test_what_is_printed():
    step = StepTimes("paper", 32, 256, "a device", "float32", dict.fromkeys(PARTS, 100.0))
    measured = (
        LoaderRate("gzip", (640, 480), 1.25, 220.3, 320.4, 210.6, 340),
        LoaderRate("none", (64, 48), 0.1, 940, 930, 900, 910),
    )
    text = printed(Report(measured, (step,), ("zstd: not measured: no plug-in",)))
    rows = [" ".join(line.replace("│", " ").split()) for line in text.splitlines()]
    assert "gzip 640x480 1.25 220 320 211 340 200" in rows
    assert "none 64x48 0.10 940 930 900 910" in rows
    assert "zstd: not measured: no plug-in" in rows
    assert "loss 100.0 17%" in rows
    assert "sum 600.0" in rows
    assert rows[-1] == "2 reading processes give up to 421 pairs/s, the step takes 64.0 pairs/s: bound by computing"
    slow = replace(measured[0], batches=20.0)
    assert "up to 40 pairs/s, the step takes 64.0 pairs/s: bound by reading" in printed(Report((slow,), (step,), ()))


def test_ways_stand_side_by_side():
    step = StepTimes("paper", 32, 256, "a device", "bfloat16", dict.fromkeys(PARTS, 100.0))
    slow = replace(step, way="float32, compiled", parts_ms=dict.fromkeys(PARTS, 150.0))
    measured = LoaderRate("gzip", (640, 480), 1.25, 220.3, 320.4, 210.6, 340)
    rows = [
        " ".join(line.replace("│", " ").split()) for line in printed(Report((measured,), (step, slow), ())).splitlines()
    ]
    assert "bfloat16 100.0 100.0 500.0 1.00" in rows
    assert "float32, compiled 150.0 150.0 750.0 1.50" in rows


@pytest.mark.parametrize("able", [False, True])
def test_the_run_s_own_way_comes_first(monkeypatch, able):
    monkeypatch.setattr(module, "computes_in_bfloat16", lambda _: able)
    cpu = torch.device("cpu")
    names = [str(way) for way in ways(replace(small(), precision="bfloat16"), cpu, compile=True)]
    both = ["bfloat16", "float32", "bfloat16, compiled", "float32, compiled"]
    assert names == (both if able else ["float32", "float32, compiled"])
    assert str(ways(replace(small(), precision="float32"), cpu, compile=False)[0]) == "float32"


def test_a_compiled_step_is_measured_as_compiled(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(module.torch, "compile", lambda function: asked.append(function) or function)
    step_times(folder, "quick", small(), torch.device("cpu"), Way("float32", compiled=True))
    assert len(asked) == 1


def test_a_whole_benchmark_of_given_shards(folder, monkeypatch):
    monkeypatch.setattr(module, "preset", lambda name: small())
    out = io.StringIO()
    report = bench(folder, "cpu", console=Console(file=out, width=100))
    assert [rate.codec for rate in report.loader] == ["gzip"]
    assert report.steps[0].name == "quick"
    assert "A step of preset quick" in out.getvalue()


def test_shards_at_an_address_are_measured_as_well(folder, monkeypatch):
    monkeypatch.setattr(module, "preset", lambda name: small())
    there = sent(folder, "memory://bench/run")
    command = parse(["bench", "--shards", str(there)])
    assert bench(command.shards, "cpu", console=Console(file=io.StringIO())).loader[0].codec == "gzip"
    assert bench(str(there), "cpu", console=Console(file=io.StringIO())).steps[0].name == "quick"


def test_shards_are_rendered_where_none_are_given(folder, monkeypatch):
    """The generator is a program of its own: its command line is checked, and what it says when it fails."""
    commands = []

    def run(command, **_):
        commands.append(command)
        out = module.Path(command[-1])
        if "zstd" in command:
            return subprocess.CompletedProcess(command, 2, "", "a line\nscenegen: --codec zstd: needs hdf5plugin\n")
        out.mkdir()
        for file in folder.iterdir():
            (out / file.name).write_bytes(file.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setattr(module, "preset", lambda name: small())
    report = bench(None, "cpu", console=Console(file=io.StringIO()))
    assert len(report.loader) == 2
    assert report.skipped == ("zstd: not measured: scenegen: --codec zstd: needs hdf5plugin",)
    assert all("render" in command and "640x480" in command for command in commands)
    monkeypatch.setattr(module, "CODECS", ("zstd",))
    with pytest.raises(DataError, match=r"^nothing to measure: zstd: not measured: .*: give shards with --shards DIR$"):
        bench(None, "cpu", console=Console(file=io.StringIO()))


@pytest.mark.slow
def test_the_generator_knows_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "RENDER", (*module.RENDER, "--pairs-per-room", "1", "--size", "64x48"))
    assert module._render(tmp_path / "run", "none") == ""
    assert loader_rate(tmp_path / "run").codec == "none"


def test_bad_requests(tmp_path):
    with pytest.raises(DataError, match="holds no shards: make some with"):
        bench(tmp_path, "cpu", console=Console(file=io.StringIO()))
    with pytest.raises(RequestError, match="--preset nothing"):
        bench(tmp_path, "cpu", name="nothing", console=Console(file=io.StringIO()))
