"""Files of weights: what is written is read, the same bytes each time, and any damage is a line."""

import json
import subprocess
import sys

import pytest
import torch
from roots import TESTS
from safetensors import safe_open
from safetensors.torch import save
from weights_maker import weights

from training.errors import CheckpointError, RequestError
from training.weights.weights_file import digest, read_weights, write_weights


@pytest.fixture
def path(tmp_path):
    write_weights(tmp_path / "a.safetensors", weights())
    return tmp_path / "a.safetensors"


def test_what_is_written_is_read(path):
    before, after = weights(), read_weights(path)
    assert after.about == before.about
    assert set(after.tensors) == set(before.tensors)
    assert all(torch.equal(after.tensors[name], tensor) for name, tensor in before.tensors.items())
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_others_find_the_network_in_the_metadata(path):
    with safe_open(path, framework="np") as file:
        said = json.loads(file.metadata()["scenetrain"])
    assert (said["format"], said["version"]) == ("scenetrain-weights", 1)
    assert said["about"]["network"]["widths"] == [8, 8]
    assert (said["about"]["distance"], said["about"]["data_sha256"]) == ("l2", "abc")
    assert json.loads(said["about"]["settings"])["loss"]["p"] == "inf"


WRITE = (
    "import sys; from pathlib import Path; from weights_maker import *; from training.weights.weights_file import *\n"
)


def test_another_process_writes_the_same_bytes(path, tmp_path):
    other = tmp_path / "b.safetensors"
    script = WRITE + "write_weights(Path(sys.argv[1]), weights())"
    subprocess.run([sys.executable, "-c", script, other], check=True, cwd=TESTS / "support")
    assert other.read_bytes() == path.read_bytes()


def test_weights_of_any_layout_and_type_are_kept(tmp_path):
    tensors = {"half": torch.rand(2, 3).bfloat16().T, "count": torch.tensor(5), "none": torch.empty(0, 2)}
    write_weights(tmp_path / "a.safetensors", type(weights())(weights().about, tensors))
    found = read_weights(tmp_path / "a.safetensors").tensors
    assert all(
        torch.equal(found[name], tensor) and found[name].dtype == tensor.dtype for name, tensor in tensors.items()
    )


@pytest.mark.parametrize("place", [0, 5, 200, -1, -2000])
def test_one_wrong_byte_is_a_line(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        read_weights(path)
    assert str(caught.value).startswith(f"{path}: is damaged")
    assert str(caught.value).endswith("; bring back a copy")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"text", b"\xff" * 100, "half"])
def test_no_safetensors_file_is_a_line(path, content):
    path.write_bytes(path.read_bytes()[:3000] if content == "half" else content)
    with pytest.raises(
        CheckpointError, match=rf"^{path}: is damaged or no safetensors file \(.+\); bring back a copy$"
    ):
        read_weights(path)


def entered(path, **changes):
    """Write the tensors of a file anew, with a changed entry whose digest is right."""
    about, tensors = changes.get("about", {}), {"a": torch.zeros(2)}
    entry = {"format": "scenetrain-weights", "version": 1, "sha256": digest(about, tensors), "about": about} | changes
    path.write_bytes(save(tensors, {"scenetrain": json.dumps(entry)}))


def test_what_is_not_ours_is_a_line(path):
    path.write_bytes(save({"a": torch.zeros(2)}, {"format": "pt"}))
    with pytest.raises(
        CheckpointError, match="holds no weights of scenetrain; make some with scenetrain export-weights"
    ):
        read_weights(path)
    entered(path, version=2)
    with pytest.raises(CheckpointError, match="has format version 2, this program reads 1; update scenetrain"):
        read_weights(path)
    entered(path, about={"shape": 1})
    with pytest.raises(CheckpointError, match=r"is of another scenetrain \(.*shape.*\); update scenetrain"):
        read_weights(path)


def test_files_from_before_an_option_can_be_read(path, tmp_path):
    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["scenetrain"])["about"]
    del about["network"]["initial"]
    entered(tmp_path / "old.safetensors", about=about)
    assert read_weights(tmp_path / "old.safetensors").about == weights().about


def test_missing_files_and_folders_are_a_line(tmp_path):
    path = tmp_path / "a.safetensors"
    with pytest.raises(
        CheckpointError, match=f"^{path}: does not exist; make it with scenetrain export-weights --run RUN"
    ):
        read_weights(path)
    with pytest.raises(RequestError, match="cannot be written"):
        write_weights(tmp_path / "gone" / "a.safetensors", weights())
