"""Network and objective as one module: every objective trains, stops, goes on exactly, and shares its weights."""

import json
from dataclasses import asdict, replace

import pytest
import torch
from gloo import together
from picture_folder import pictures
from training_world import TINY, Killed, killed_after, one_thread, tiny_of, write_shards

from training.data.transforms.registry import TRANSFORMS, with_images
from training.errors import CheckpointError
from training.objectives import registry
from training.running.checkpoint import load, read_settings
from training.running.fit import fit
from training.running.logs import VALIDATION, read_lines
from training.running.trainee import build_trainee
from training.settings import Every

every_name = pytest.mark.parametrize("name", registry.names())
OWNERS = [name for name in registry.names() if [*build_trainee(tiny_of(name)).objective.parameters()]]
"""Objectives that learn something of their own."""


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"))


def equal(first, second):
    return first.keys() == second.keys() and all(torch.equal(value, second[name]) for name, value in first.items())


@every_name
def test_going_on_after_a_kill_equals_the_uninterrupted_run(shards, tmp_path, monkeypatch, name):
    settings = replace(tiny_of(name), steps=4)
    fit(settings, shards, tmp_path / "whole", "cpu")
    with monkeypatch.context() as patch:
        killed_after(patch, 3)
        with pytest.raises(Killed):
            fit(settings, shards, tmp_path / "cut", "cpu", every=Every(checkpoint_every=2))
    assert load(tmp_path / "cut" / "checkpoint.pt").step == 2
    fit(settings, shards, tmp_path / "cut", "cpu")
    whole, cut = (load(tmp_path / run / "checkpoint.pt") for run in ("whole", "cut"))
    assert equal(whole.model, cut.model)
    assert equal(whole.objective, cut.objective)


@pytest.mark.parametrize("name", OWNERS)
def test_what_an_objective_owns_is_trained_and_kept(shards, tmp_path, name):
    settings = tiny_of(name)
    before = build_trainee(settings).objective.state_dict()
    fit(settings, shards, tmp_path, "cpu")
    after = load(tmp_path / "checkpoint.pt").objective
    assert before.keys() == after.keys()
    assert not equal(before, after)


@pytest.mark.parametrize("name", OWNERS)
def test_two_processes_keep_equal_weights(shards, tmp_path, name):
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps(asdict(replace(tiny_of(name), steps=3))))
    together(2, shards, tmp_path / "run", tmp_path, settings)
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2))
    assert equal(first, second)
    saved = load(tmp_path / "run" / "checkpoint.pt")
    kept = {f"network.{key}": value for key, value in saved.model.items()}
    assert equal(first, kept | {f"objective.{key}": value for key, value in saved.objective.items()})


@every_name
@pytest.mark.parametrize("transform", [None, *TRANSFORMS])
def test_settings_survive_json(name, transform):
    settings = tiny_of(name)
    settings = settings if transform is None else with_images(settings, transform)
    assert read_settings(json.dumps(asdict(settings))) == settings


@every_name
def test_it_learns_from_single_pictures(tmp_path, name):
    folder = pictures(tmp_path / "pictures", 8)
    settings = with_images(replace(tiny_of(name), steps=2), "cover")
    assert fit(settings, folder, tmp_path / "run", "cpu").finished
    assert len(read_lines(tmp_path / "run" / VALIDATION)) > 0


@every_name
def test_a_new_trainee_is_a_function_of_its_settings(name):
    settings = tiny_of(name)
    first = build_trainee(settings)
    torch.rand(7)
    assert equal(first.state_dict(), build_trainee(settings).state_dict())
    other = build_trainee(replace(settings, seed=1))
    assert not equal(first.network.state_dict(), other.network.state_dict())


def test_a_compiled_network_keeps_the_names_of_its_weights():
    trainee = build_trainee(TINY)
    before = list(trainee.state_dict())
    trainee.compile()
    assert list(trainee.state_dict()) == before


@pytest.mark.parametrize("name", OWNERS[:1])
def test_a_checkpoint_without_what_the_objective_owns_is_refused(shards, tmp_path, name):
    settings = tiny_of(name)
    with one_thread():
        fit(replace(settings, steps=2), shards, tmp_path, "cpu")
    path = tmp_path / "checkpoint.pt"
    content = torch.load(path, weights_only=True)
    torch.save(content | {"objective": {}, "step": 1}, path)
    with pytest.raises(CheckpointError, match="holds another architecture"):
        fit(replace(settings, steps=2), shards, tmp_path, "cpu")
