"""Checkpoints: whole or not at all, exact, strict, and safe to read."""

import io
import json
import os
import pickle
from dataclasses import asdict, replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_disk import files_up_to
from training_world import TINY, TINY_MODEL, tiny

from training.coding import SettingsMismatch, decode, differences
from training.errors import CheckpointError
from training.models.unet import build_model
from training.objectives.stable import StableSettings
from training.running import checkpoint
from training.running.checkpoint import Checkpoint, load, load_weights, read_settings, save
from training.running.loop import make_optimizer
from training.settings import FitSettings, ModelSettings, OptimizerSettings, PixelSettings


def made(settings=TINY, step=3):
    model = build_model(settings.model, settings.seed)
    optimizer = make_optimizer(model, settings.optimizer)
    model(torch.rand(1, 3, 16, 16)).sum().backward()
    optimizer.step()
    return Checkpoint(settings, step, 10, "abc", dict(model.state_dict()), {}, optimizer.state_dict())


def test_what_is_saved_is_read_back(tmp_path):
    before = made()
    save(tmp_path / "checkpoint.pt", before)
    after = load(tmp_path / "checkpoint.pt")
    assert (after.settings, after.step, after.steps, after.data_sha256) == (TINY, 3, 10, "abc")
    assert all(torch.equal(after.model[name], value) for name, value in before.model.items())
    assert after.optimizer["param_groups"] == before.optimizer["param_groups"]
    for number, state in before.optimizer["state"].items():
        assert all(torch.equal(after.optimizer["state"][number][name], value) for name, value in state.items())
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_kill_while_writing_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    save(path, made(step=3))

    def killed(number):
        os.truncate(number, 9)
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        save(path, made(step=4))
    assert load(path).step == 3
    monkeypatch.undo()
    save(path, made(step=5))  # what the kill left behind is in nobody's way
    assert load(path).step == 5
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    real_sync, real_replace = os.fsync, type(tmp_path).replace
    monkeypatch.setattr(os, "fsync", lambda number: (done.append("sync"), real_sync(number)))
    monkeypatch.setattr(type(tmp_path), "replace", lambda self, to: (done.append("rename"), real_replace(self, to)))
    save(tmp_path / "checkpoint.pt", made())
    assert done == ["sync", "rename", "sync"]  # file, name, folder


def test_a_full_or_missing_folder_is_one_clear_line(tmp_path):
    with pytest.raises(CheckpointError, match=r"checkpoint.pt: cannot be written \(No such file or directory\); free"):
        save(tmp_path / "gone" / "checkpoint.pt", made())


def test_a_full_disk_is_one_clear_line_and_leaves_the_old_one(tmp_path):
    path = tmp_path / "checkpoint.pt"
    save(path, made(step=3))
    with (
        files_up_to(5000),
        pytest.raises(CheckpointError, match=r"pt: cannot be written \(File too large\); free space"),
    ):
        save(path, made(step=4))
    assert load(path).step == 3
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_another_architecture_is_named(tmp_path):
    wide = build_model(replace(TINY_MODEL, widths=(16, 16)), 0)
    with pytest.raises(CheckpointError) as error:
        load_weights(wide, made().model, tmp_path / "checkpoint.pt")
    text = str(error.value)
    assert (
        "checkpoint.pt: holds another architecture (stem.weight is (8, 3, 3, 3), the network has (16, 3, 3, 3);" in text
    )
    assert "more); use the settings it was trained with" in text
    deep = build_model(replace(TINY_MODEL, blocks=(1, 2)), 0)
    with pytest.raises(CheckpointError, match="is missing"):
        load_weights(deep, made().model, tmp_path)
    with pytest.raises(CheckpointError, match="is unknown"):
        load_weights(build_model(TINY_MODEL, 0), dict(deep.state_dict()), tmp_path)


def rewritten(path, **changes):
    content = torch.load(path, weights_only=True)
    content |= changes
    torch.save({name: value for name, value in content.items() if value is not None}, path)


def settings_with(**changes):
    return json.dumps(asdict(TINY) | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "is no checkpoint of scenetrain; give the folder of a `scenetrain fit` run"),
        ({"version": 1}, "has format version 1, this program reads 2; update scenetrain, or train it anew"),
        (
            {"settings": settings_with(color=3)},
            "its settings are not those of this program (unknown option 'color'; known",
        ),
        ({"settings": settings_with(batch="8")}, "(batch: expected a whole number, found '8')"),
        ({"settings": settings_with(loss={"p": "3"})}, "(loss.p: '3' is none of inf, 1, 2)"),
        ({"settings": settings_with(objective="magic")}, "(--objective magic: unknown; choose one of stable, "),
        ({"settings": settings_with(objective=3)}, "(objective is missing)"),
        ({"settings": settings_with(model={"widths": [8, 8.5]})}, "(model.widths: expected a whole number, found 8.5)"),
        ({"settings": settings_with(data=3)}, "(data: expected a table of options, found 3)"),
        ({"settings": "{"}, "is incomplete (JSONDecodeError"),
        ({"step": None}, "is incomplete (KeyError 'step')"),
    ],
)
def test_foreign_content_is_one_clear_line(tmp_path, changes, message):
    path = tmp_path / "checkpoint.pt"
    save(path, made())
    rewritten(path, **changes)
    with pytest.raises(CheckpointError) as error:
        load(path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_checkpoint(tmp_path):
    with pytest.raises(CheckpointError, match="does not exist; train with scenetrain fit --shards DIR --out"):
        load(tmp_path / "checkpoint.pt")


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped", "pickle"])
def test_damage_is_one_clear_line(tmp_path, damage):
    path, checkpoint = tmp_path / "checkpoint.pt", made()
    save(path, checkpoint)
    data = bytearray(path.read_bytes())
    if damage == "flipped":
        weight = max(checkpoint.model.values(), key=lambda tensor: tensor.numel())
        data[data.index(bytes(weight.untyped_storage().tolist()[:32]))] ^= 1  # one bit of a weight
    path.write_bytes({
        "empty": b"", "text": b"hello\n", "cut": bytes(data[: len(data) // 2]), "flipped": bytes(data),
        "pickle": pickle.dumps({"format": "scenetrain-checkpoint"}),
    }[damage])  # fmt: skip
    with pytest.raises(CheckpointError, match="is damaged or no checkpoint") as error:
        load(path)
    assert "\n" not in str(error.value)


class Evil:
    def __reduce__(self):
        return (os.mkdir, ("evil",))


def test_reading_runs_no_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    torch.save({"format": "scenetrain-checkpoint", "model": Evil()}, stream)
    (tmp_path / "checkpoint.pt").write_bytes(stream.getvalue())
    with pytest.raises(CheckpointError):
        load(tmp_path / "checkpoint.pt")
    assert not (tmp_path / "evil").exists()


@given(
    st.builds(
        FitSettings,
        objective=st.just("stable"),
        loss=st.builds(StableSettings, p=st.sampled_from(["inf", "1", "2"]), lam=st.floats(0, 1)),
        seed=st.integers(0, 2**40),
        model=st.builds(ModelSettings, widths=st.lists(st.integers(1, 99), min_size=1).map(tuple)),
        optimizer=st.builds(OptimizerSettings, lr=st.floats(1e-9, 1), cycle_beta1=st.booleans()),
    )
)
def test_settings_survive_json(settings):
    assert read_settings(json.dumps(asdict(settings))) == settings
    assert differences(settings, settings) == []


def test_settings_from_before_an_option_existed_take_its_default():
    values = asdict(TINY)
    del values["pixels"]["typed_negatives"]
    assert read_settings(json.dumps(values)) == TINY


def test_an_integer_may_stand_for_a_real_number_but_not_the_other_way():
    assert decode(PixelSettings, {"positives": 1}).positives == 1.0
    for values in ({"points": 1.0}, {"points": True}, {"positives": True}, {"positives": "1"}):
        with pytest.raises(SettingsMismatch):
            decode(PixelSettings, values)


def test_differences_name_the_entries():
    other = tiny(seed=4, loss=replace(TINY.loss, p="2"))
    assert differences(TINY, other) == ["loss.p is 'inf' there and '2' now", "seed is 0 there and 4 now"]
    assert differences(TINY, other, frozenset({"seed"})) == ["loss.p is 'inf' there and '2' now"]
