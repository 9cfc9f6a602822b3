"""`fit`: a run in a folder, from the first step to the last, with and without a kill in the middle."""

import io
import json
import os
import shutil
import signal
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from export_world import made_run
from import_world import imported
from interrupting import in_background, interruptible
from planar_world import write_planar
from rich.console import Console
from shard_factory import make_content
from training_world import TINY, Killed, killed_after, tiny, write_shards

from scenegen.shards import ShardError, Status
from scenegen.shards.writer import encode_shard, publish
from training.errors import CheckpointError, DataError, RequestError, TrainingError
from training.running import fit as fit_module
from training.running.checkpoint import load
from training.running.fit import Outcome, fit
from training.running.interrupt import Stop, stopping
from training.running.job import run_length
from training.running.logs import HEALTH, LOG, PACE, VALIDATION, read_lines
from training.running.loop import train
from training.running.watch import read_healths
from training.settings import Every, PixelSettings
from training.weights.trained import open_trained
from training.weights.weights import weights_of
from training.weights.weights_file import write_weights


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"))


@pytest.fixture(scope="module")
def straight(shards, tmp_path_factory):
    """An uninterrupted run."""
    out = tmp_path_factory.mktemp("runs") / "straight"
    words = said(lambda console: fit(TINY, shards, out, "cpu", console=console))
    return out, words


def said(call):
    stream = io.StringIO()
    call(Console(file=stream, width=200, highlight=False))
    return stream.getvalue()


def numbers(run):
    """Everything that a run logged."""
    return {name: read_lines(run / name) for name in (LOG, VALIDATION, HEALTH)}


def weights_equal(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.values(), b.values(), strict=True))


def test_a_run_leaves_what_it_promises(straight, shards):
    out, words = straight
    assert sorted(p.name for p in out.iterdir()) == [
        "checkpoint.pt", "health.jsonl", "log.jsonl", "pace.jsonl", "run.json", "settings.json", "tensorboard", "validation.jsonl",
    ]  # fmt: skip
    logged = numbers(out)
    assert [record["step"] for record in logged[LOG]] == [1, 2, 3, 4, 5, 6]
    assert set(logged[LOG][0]) == {"step", "total", "within", "gradient_norm", "lr"}
    assert [record["step"] for record in logged[VALIDATION]] == [0, 1, 2, 3, 4, 5, 6]
    assert [record["step"] for record in logged[HEALTH]] == [1, 2, 3, 4, 5, 6]
    pace = read_lines(out / PACE)
    assert [record["step"] for record in pace] == [1, 2, 3, 4, 5, 6]
    assert all(0 < before["cpu_s"] < after["cpu_s"] for before, after in pairwise(pace))
    assert load(out / "checkpoint.pt").step == 6
    facts = json.loads((out / "run.json").read_text())
    assert (facts["steps"], facts["train_pairs"], facts["val_pairs"], facts["processes"]) == (6, 6, 4, 1)
    assert len(facts["data_sha256"]) == 64
    assert "training: 6 steps of 2 pairs from 6, 16 px windows, on CPU" in words
    assert "step 6: validation loss" in words
    assert "pairs/s" in words
    assert load(out / "checkpoint.pt").settings == TINY
    assert open_trained(out).network(torch.rand(1, 3, 20, 20)).shape == (1, 8, 20, 20)


def test_a_finished_run_is_left_as_it_is(straight, shards):
    out, _ = straight
    before = {p: p.read_bytes() for p in out.iterdir() if p.is_file()}
    assert fit(TINY, shards, out, "cpu") == Outcome(step=6, steps=6, began=6)
    assert {p: p.read_bytes() for p in out.iterdir() if p.is_file()} == before


@pytest.mark.parametrize(("step", "every"), [(4, 3), (3, 3), (1, 3)])
def test_going_on_after_a_kill_equals_the_uninterrupted_run(straight, shards, tmp_path, monkeypatch, step, every):
    expected, _ = straight
    often = Every(checkpoint_every=every)
    with monkeypatch.context() as patch:
        killed_after(patch, step)
        with pytest.raises(Killed):
            fit(TINY, shards, tmp_path, "cpu", every=often)
    words = said(lambda console: fit(TINY, shards, tmp_path, "cpu", every=often, console=console))
    begun = step // every * every
    assert (f"going on from step {begun}" in words) == (begun > 0)
    assert numbers(tmp_path) == numbers(expected)
    assert weights_equal(load(tmp_path / "checkpoint.pt").model, load(expected / "checkpoint.pt").model)


def test_how_often_a_run_is_looked_at_changes_nothing(straight, shards, tmp_path):
    expected, _ = straight
    fit(
        TINY,
        shards,
        tmp_path,
        "cpu",
        every=Every(checkpoint_every=100, validate_every=100, health_every=100, validation_pairs=1),
    )
    assert numbers(tmp_path)[LOG] == numbers(expected)[LOG]
    assert [record["step"] for record in numbers(tmp_path)[VALIDATION]] == [0, 6]


def test_workers_change_nothing_and_may_change_between_calls(straight, shards, tmp_path, monkeypatch):
    expected, _ = straight
    with monkeypatch.context() as patch:
        killed_after(patch, 3)
        with pytest.raises(Killed):
            fit(TINY, shards, tmp_path, "cpu", every=Every(checkpoint_every=2))
    other = tiny(data=replace(TINY.data, workers=1))
    fit(other, shards, tmp_path, "cpu")
    assert numbers(tmp_path)[LOG] == numbers(expected)[LOG]


def test_other_settings_are_refused_with_what_differs(straight, shards):
    out, _ = straight
    other = tiny(seed=3, loss=replace(TINY.loss, p="2"))
    with pytest.raises(RequestError) as error:
        fit(other, shards, out, "cpu")
    assert str(error.value) == (
        f"{out}: holds a run of other settings (loss.p is 'inf' there and '2' now, seed is 0 there and 3 now); "
        "use another --out, or --no-resume to begin anew"
    )


def test_other_shards_are_refused(straight, tmp_path):
    out, _ = straight
    with pytest.raises(RequestError, match=r"was trained on other shards \(sha256 .* give the same --shards"):
        fit(TINY, write_shards(tmp_path, seed=9), out, "cpu")


def test_no_resume_begins_anew_and_touches_nothing_else(shards, tmp_path):
    fit(tiny(steps=2), shards, tmp_path, "cpu")
    (tmp_path / "notes.txt").write_text("mine")
    outcome = fit(tiny(steps=3, seed=1), shards, tmp_path, "cpu", resume=False)
    assert (outcome.began, outcome.step) == (0, 3)
    assert [record["step"] for record in numbers(tmp_path)[LOG]] == [1, 2, 3]
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert load(tmp_path / "checkpoint.pt").settings.seed == 1


def test_a_run_that_died_before_its_first_checkpoint_is_no_obstacle(shards, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        killed_after(patch, 1)
        with pytest.raises(Killed):
            fit(tiny(seed=5), shards, tmp_path, "cpu", every=Every(checkpoint_every=100))
    assert fit(tiny(steps=2), shards, tmp_path, "cpu").finished
    assert [record["step"] for record in numbers(tmp_path)[LOG]] == [1, 2]


def test_ctrl_c_ends_after_the_step_with_a_checkpoint(straight, shards, tmp_path, monkeypatch):
    expected, _ = straight
    real = fit_module.train

    def interrupted(*arguments, **named):
        for state in real(*arguments, **named):
            if state.step == 4:
                os.kill(os.getpid(), signal.SIGINT)
            yield state

    with monkeypatch.context() as patch:
        patch.setattr(fit_module, "train", interrupted)
        with interruptible():
            outcome = fit(TINY, shards, tmp_path, "cpu", every=Every(checkpoint_every=100))
    assert (outcome.step, outcome.finished) == (4, False)
    assert load(tmp_path / "checkpoint.pt").step == 4
    before = read_lines(tmp_path / PACE)[-1]["cpu_s"]
    assert fit(TINY, shards, tmp_path, "cpu").began == 4
    assert read_lines(tmp_path / PACE)[-1]["cpu_s"] > before  # the time of both calls
    assert numbers(tmp_path)[LOG] == numbers(expected)[LOG]


def test_the_second_ctrl_c_interrupts_at_once_and_handlers_are_given_back():
    with interruptible():
        before = signal.getsignal(signal.SIGINT)
        with stopping() as stop:
            signal.raise_signal(signal.SIGINT)
            assert stop.requested
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_is_not_for_a_job_in_the_background():
    with in_background():
        with stopping() as stop:
            signal.raise_signal(signal.SIGINT)
            assert not stop.requested
            signal.raise_signal(signal.SIGTERM)
            assert stop.requested
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_run_of_another_length_does_not_go_on(straight, shards):
    """The learning rate depends on the length: six steps of eight are not the six of six."""
    folder, _ = straight
    before = (folder / "checkpoint.pt").read_bytes()
    with pytest.raises(
        RequestError, match=r"holds a run of other settings \(steps is 6 there and 8 now\); use another"
    ):
        fit(tiny(steps=8), shards, folder, "cpu")
    assert (folder / "checkpoint.pt").read_bytes() == before


def test_stopping_is_harmless_outside_of_the_main_thread():
    seen = []

    def work():
        with stopping() as stop:
            seen.append(stop.requested)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]


def test_a_loader_that_dies_of_the_same_ctrl_c_is_no_error():
    stop = Stop()

    def items():
        yield 1
        stop.requested = True
        raise RuntimeError("DataLoader worker exited unexpectedly")

    taken = []
    for item in stop.until(items()):
        taken.append(item)
    assert taken == [1]

    def broken():
        raise RuntimeError("something else")
        yield

    with pytest.raises(RuntimeError, match="something else"):
        list(Stop().until(broken()))


def test_a_loss_that_is_not_finite_ends_the_run_before_it_reaches_the_checkpoint(shards, tmp_path):
    wild = tiny(optimizer=replace(TINY.optimizer, lr=1e30, lr_start=1.0, lr_end=1.0))
    with pytest.raises(TrainingError, match=r"step \d: the loss is not finite \(total (nan|inf), within (nan|inf)\)"):
        fit(wild, shards, tmp_path, "cpu")
    if (tmp_path / "checkpoint.pt").exists():
        weights = load(tmp_path / "checkpoint.pt")
        assert weights.step < 6


def test_no_validation_split_is_said(tmp_path):
    shards = write_shards(tmp_path / "shards", val=0)
    words = said(lambda console: fit(tiny(steps=2), shards, tmp_path / "run", "cpu", console=console))
    assert "there is no split val: there will be no validation curve" in words
    assert read_lines(tmp_path / "run" / VALIDATION) == []


def test_the_term_between_scenes_trains_and_validates(shards, tmp_path):
    """Five validation pairs at batch 2 leave one alone, which has no unrelated image."""
    both = tiny(steps=2, loss=replace(TINY.loss, lam=0.5))
    fit(both, shards, tmp_path, "cpu", every=Every(validation_pairs=3))
    assert set(numbers(tmp_path)[VALIDATION][0]) == {"step", "total", "within", "between", "pck5", "aepe_px"}


def still_shards(folder):
    """Pairs of views from one place of a wall a metre away: every pixel is its own match, traced or not."""
    content = make_content(samples=6, layers=("depth",), split="train")
    content.arrays["depth"][:] = 1
    content.arrays["camera/T_world_cam"][:, 1] = content.arrays["camera/T_world_cam"][:, 0]
    content.arrays["rays/status"][:] = Status.VISIBLE
    content.arrays["rays/xy"] = content.arrays["rays/xy0"][:, None].astype(np.float32)
    publish(folder / "train.h5", encode_shard(content))
    return folder


@pytest.mark.parametrize("dense", [True, False])
def test_positives_of_all_pixels(tmp_path, monkeypatch, dense):
    seen = []

    def watched(*words, **named):
        for state in train(*words, **named):
            at = state.matches
            for pair in range(2):  # a window apart, the same for all pixels
                apart = (at.xy1 - at.xy0)[pair, at.positive[pair]]
                assert apart.equal(apart[:1].expand_as(apart))
            seen.append(at.positive.sum(1).tolist())
            assert dense == (at.foreground is None)
            yield state

    monkeypatch.setattr(fit_module, "train", watched)
    settings = tiny(steps=2, pixels=PixelSettings(positives=0.5, points=200, dense=dense))
    fit(settings, still_shards(tmp_path), tmp_path / "run", "cpu")
    assert seen == [[100] * 2] * 2 if dense else max(map(max, seen)) < 50


def test_all_pixels_need_depth(shards, tmp_path):
    with pytest.raises(DataError, match=r"has no depth layer, from which dense flow is computed: [^\n]*$"):
        fit(tiny(pixels=PixelSettings(points=200, dense=True)), shards, tmp_path / "run", "cpu")
    assert not (tmp_path / "run").exists()


def test_all_pixels_of_imported_matches_cannot_be_had(tmp_path):
    write_planar(tmp_path / "data")
    assert imported("homography", tmp_path / "data", tmp_path / "shards") == 0
    (shard,) = (tmp_path / "shards").glob("*.h5")
    for change, said in {
        (
            ("pixels", PixelSettings(points=200, dense=True)),
        ): "from which dense flow is computed: what is imported from "
        "homography has none: leave out --dense or --truth depth",
        (("data", replace(TINY.data, positives_across=0.5)),): "by which --positives-across finds objects: what is "
        "imported from homography has none: leave it out",
    }.items():
        with pytest.raises(DataError) as caught:
            fit(tiny(batch=1, **dict(change)), tmp_path / "shards", tmp_path / "run", "cpu")
        assert str(caught.value) == f"{shard}: has no depth layer, {said}"
    assert not (tmp_path / "run").exists()


def test_positives_across_samples(tmp_path):
    """They are other losses, and a run does not go on with another share of them."""
    shards = made_run(tmp_path)
    settings = tiny(steps=4, data=replace(TINY.data, positives_across=0.5, crop=32), precision="float32")
    fit(settings, shards, tmp_path / "one", "cpu")
    losses = numbers(tmp_path / "one")[LOG]
    none = replace(settings, data=replace(settings.data, positives_across=0.0))
    fit(none, shards, tmp_path / "none", "cpu")
    assert [record["total"] for record in losses] != [record["total"] for record in numbers(tmp_path / "none")[LOG]]
    with pytest.raises(RequestError, match=r"data\.positives_across is 0\.5 there and 0\.0 now"):
        fit(none, shards, tmp_path / "one", "cpu")


def test_health_is_read_back_as_it_was_written(straight):
    out, _ = straight
    healths = read_healths(out)
    assert len(healths) == 6
    assert healths[0].channels == 8
    assert sum(healths[0].positive_histogram) > 0
    assert healths[-1].numbers() == {
        name: value for name, value in numbers(out)[HEALTH][-1].items() if name in healths[-1].numbers()
    }


def test_the_collapse_alarm_is_said_once_and_logged(shards, tmp_path, monkeypatch):
    real = fit_module.train

    def collapsed(*arguments, **named):
        for state in real(*arguments, **named):
            yield replace(state, cells0=torch.ones_like(state.cells0), cells1=torch.ones_like(state.cells1))

    monkeypatch.setattr(fit_module, "train", collapsed)
    words = said(lambda console: fit(tiny(steps=8), shards, tmp_path, "cpu", console=console))
    assert words.count("collapsed") == 1
    assert [bool(record["alarm"]) for record in numbers(tmp_path)[HEALTH]] == [False] * 4 + [True] * 4


@pytest.mark.parametrize(
    ("settings", "pairs", "length"),
    [(tiny(steps=5), 6, 5), (tiny(steps=0, epochs=3), 7, 9), (tiny(steps=0, epochs=1), 2, 1)],
)
def test_run_length(settings, pairs, length):
    assert run_length(settings, pairs) == length


def test_what_cannot_be_trained_is_refused_before_anything_is_written(shards, tmp_path):
    out = tmp_path / "run"
    for settings, where, error, message in (
        (tiny(), tmp_path, DataError, "holds no shards"),
        (tiny(batch=7), shards, DataError, "6 pairs do not fill a batch of 7"),
        (tiny(batch=0), shards, RequestError, "--batch 0: must be 1 or more"),
        (tiny(epochs=0, steps=0), shards, RequestError, "--epochs 0: must be 1 or more"),
        (tiny(objective="magic"), shards, RequestError, "magic"),
        (tiny(data=replace(TINY.data, crop=99)), shards, (RequestError, DataError), "99"),
    ):
        with pytest.raises(error, match=message):
            fit(settings, where, out, "cpu")
        assert not out.exists()


def test_a_damaged_shard_or_checkpoint_is_one_line(shards, tmp_path):
    broken = write_shards(tmp_path / "shards")
    (broken / "train.h5").write_bytes(b"no HDF5")
    with pytest.raises(ShardError):
        fit(TINY, broken, tmp_path / "run", "cpu")
    (tmp_path / "run").mkdir(exist_ok=True)
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"no checkpoint")
    with pytest.raises(CheckpointError, match="damaged"):
        fit(TINY, shards, tmp_path / "run", "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_no_gpu_where_one_was_asked_for(shards, tmp_path):
    with pytest.raises(RequestError, match=r"--device cuda: no GPU is usable \(.*\); use --device cpu"):
        fit(TINY, shards, tmp_path, "cuda")
    assert fit_module.choose_device("auto").type == "cpu"
    with pytest.raises(RequestError, match="--device tpu: unknown; choose one of auto, cpu, cuda"):
        fit_module.choose_device("tpu")


def begun_from(start, shards, out, **changes):
    """A run that begins from the network of another."""
    fit(tiny(init_from=str(start), **changes), shards, out, "cpu")
    return read_lines(out / VALIDATION)


def test_a_run_begins_from_a_trained_network(straight, shards, tmp_path):
    """What it knows before its first step is what the other knew after its last, and the schedule begins anew."""
    run, _ = straight
    known = read_lines(run / VALIDATION)[-1]["pck5"]
    found = begun_from(run, shards, tmp_path / "further")
    assert found[0]["pck5"] == known
    assert load(tmp_path / "further" / "checkpoint.pt").step == 6
    assert not weights_equal(load(run / "checkpoint.pt").model, load(tmp_path / "further" / "checkpoint.pt").model)
    write_weights(tmp_path / "w.safetensors", weights_of(load(run / "checkpoint.pt")))
    assert begun_from(tmp_path / "w.safetensors", shards, tmp_path / "file")[-1]["total"] == found[-1]["total"]


def test_it_goes_on_without_the_network_that_it_began_from(straight, shards, tmp_path, monkeypatch):
    run, _ = straight
    begun_from(run, shards, tmp_path / "whole")
    start = tmp_path / "start"
    shutil.copytree(run, start)
    killed_after(monkeypatch, 3)
    settings = tiny(init_from=str(start))
    with pytest.raises(Killed):
        fit(settings, shards, tmp_path / "out", "cpu", every=Every(checkpoint_every=1))
    monkeypatch.undo()
    shutil.rmtree(start)
    assert fit(settings, shards, tmp_path / "out", "cpu").finished
    ends = [load(tmp_path / name / "checkpoint.pt").model for name in ("out", "whole")]
    assert weights_equal(*ends)


def test_the_word_for_the_weights_of_the_package_is_no_name_of_a_run(shards, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError, match=r"^--out builtin: is what --run calls the weights of the package; choose"):
        fit(TINY, shards, Path("builtin"), "cpu")
    assert not list(tmp_path.iterdir())


def test_a_network_that_it_cannot_begin_from_is_refused_before_a_file_is_written(straight, shards, tmp_path):
    run, _ = straight
    with pytest.raises(CheckpointError, match=r"no-such/checkpoint.pt: does not exist"):
        fit(tiny(init_from="no-such"), shards, tmp_path / "out", "cpu")
    wider = tiny(init_from=str(run), model=replace(TINY.model, channels=16))
    with pytest.raises(CheckpointError, match=r"holds another architecture .*; use the settings it was trained with"):
        fit(wider, shards, tmp_path / "out", "cpu")
    with pytest.raises(CheckpointError, match=r"builtin.safetensors: holds another architecture"):
        fit(tiny(init_from="builtin"), shards, tmp_path / "out", "cpu")
    assert not (tmp_path / "out").exists()
