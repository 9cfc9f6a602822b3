"""`--descriptor`: what is opened, how it is compared, and what is no descriptor."""

from hashlib import sha256

import pytest
import torch

from training.errors import RequestError
from training.outside import open_outside

TEXT = "def f(picture):\n    return picture.transpose(2, 0, 1)[:, ::2, ::2] / 1.0\nf.stride_px = 2\nf.offset_px = 0\n"
IMAGES = torch.arange(2 * 3 * 6 * 8).remainder(251).to(torch.uint8).reshape(2, 3, 6, 8)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "peer.py"
    path.write_text(TEXT)
    return path


def test_a_function_of_a_file_becomes_a_descriptor_of_every_pixel(path):
    descriptor, distance = open_outside(f"{path}:f")
    assert (descriptor.name, descriptor.distance, distance) == ("peer:f", "cosine", "cosine")
    assert descriptor.digest == sha256(TEXT.encode()).hexdigest()
    found = descriptor(IMAGES)
    assert found.shape == (2, 3, 6, 8)
    assert torch.equal(found[:, :, ::2, ::2], torch.nn.functional.normalize(IMAGES[:, :, ::2, ::2].float(), dim=1))


def test_the_distance_that_is_asked_for_wins(path):
    path.write_text(TEXT + "f.distance = 'l1'\n")
    assert open_outside(f"{path}:f")[1] == "l1"
    descriptor, distance = open_outside(f"{path}:f", "linf")
    assert (descriptor.distance, distance) == ("linf", "linf")
    assert torch.equal(descriptor(IMAGES)[:, :, ::2, ::2], IMAGES[:, :, ::2, ::2].float())
    assert open_outside(f"{path}:f", "cosine")[0](IMAGES).norm(dim=1).max() < 1.001


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{folder}/none.py:f", r"--descriptor .*none\.py:f: there is no file .*none\.py"),
        ("{folder}/none.onnx", r"--descriptor .*none\.onnx: there is no file .*none\.onnx"),
        ("{folder}:f", r"--descriptor .*:f: must be FILE\.py:FUNCTION or FILE\.onnx"),
        ("sift", r"--descriptor sift: must be FILE\.py:FUNCTION or FILE\.onnx"),
        ("", r"--descriptor : must be FILE\.py:FUNCTION or FILE\.onnx"),
        ("{folder}/peer.py", r".*peer\.py: name its function too, as .*peer\.py:describe"),
        ("{folder}/peer.py:", r".*peer\.py: name its function too, as .*peer\.py:describe"),
    ],
)
def test_what_is_no_descriptor_is_told_in_a_line(path, text, message):
    with pytest.raises(RequestError, match=f"^{message}$"):
        open_outside(text.format(folder=path.parent))
