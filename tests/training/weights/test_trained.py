"""What `--run` names: a folder, a file and the word `builtin` open the same way."""

import pytest
import torch
from training_world import tiny
from weights_maker import run_folder, weights

from scenegen.shards import file_sha256
from training.errors import CheckpointError, RequestError
from training.models.networks import NETWORKS, build_network
from training.running.checkpoint import Checkpoint
from training.settings import ModelSettings
from training.weights import BUILTIN, trained
from training.weights.trained import FILE, open_trained
from training.weights.weights import weights_of
from training.weights.weights_file import write_weights

PICTURE = torch.rand(1, 3, 21, 18, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def test_a_folder_and_its_file_are_one_network(tmp_path):
    folder, file = run_folder(tmp_path / "run"), tmp_path / "a.safetensors"
    write_weights(file, weights())
    one, other = open_trained(folder), open_trained(file)
    assert torch.equal(one.network(PICTURE), other.network(PICTURE))
    assert one.about == other.about
    assert (one.folder, other.folder) == (folder, None)
    assert one.sha256 == file_sha256(folder / "checkpoint.pt")
    assert other.sha256 == file_sha256(file)
    assert not one.network.training
    assert not other.network.training


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_goes_through_a_file(tmp_path, name):

    settings = tiny(model=ModelSettings((8, 16), (1, 1), 8, 2, network=name))
    network = build_network(settings.model, 3).eval()
    write_weights(tmp_path / "a.safetensors", weights_of(Checkpoint(settings, 1, 1, "", network.state_dict(), {}, {})))
    with torch.no_grad():
        assert torch.equal(open_trained(tmp_path / "a.safetensors").network(PICTURE), network(PICTURE))


def test_the_word_opens_the_file_of_the_package(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    found = open_trained(BUILTIN)
    assert found.sha256 == file_sha256(FILE)
    assert found.network(PICTURE).shape == (1, found.about.network.channels, 21, 18)
    assert FILE.stat().st_size <= 5_000_000


def test_a_run_folder_of_that_name_is_no_riddle(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    folder = run_folder(tmp_path / "builtin")
    with pytest.raises(
        RequestError, match=rf"^--run builtin: is the word .*; give {folder} for the folder, or another"
    ):
        open_trained(BUILTIN)
    assert open_trained(folder).folder == folder


def test_a_package_without_its_weights_is_a_line(monkeypatch, tmp_path):
    monkeypatch.setattr(trained, "FILE", tmp_path / "builtin.safetensors")
    with pytest.raises(CheckpointError, match=r"the weights of the package are missing; install scenegen again$"):
        open_trained(BUILTIN)


def test_a_file_of_another_kind_is_not_taken_for_a_folder(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(CheckpointError) as caught:
        open_trained(tmp_path / "photo.jpg")
    said = "is neither a run folder nor a file of weights (.safetensors); see --run in --help"
    assert str(caught.value) == f"{tmp_path / 'photo.jpg'}: {said}"


def test_a_folder_whose_name_ends_like_a_file_is_a_folder(tmp_path):
    folder = run_folder(tmp_path / "a.safetensors")
    assert open_trained(folder).folder == folder


def test_weights_of_another_network_are_a_line(tmp_path):
    made = weights()
    write_weights(tmp_path / "a.safetensors", type(made)(made.about, {"stem.weight": torch.zeros(1)}))
    with pytest.raises(CheckpointError, match=r"a\.safetensors: holds another architecture \(stem\.weight is \(1,\)"):
        open_trained(tmp_path / "a.safetensors")
