"""COVER's U-Net: its parameters, its wiring against an independent forward pass, its maps, and what it refuses."""

from dataclasses import replace

import pytest
import torch
from networks import count_parameters, gn, picture, shaken
from torch.nn import functional

from training.errors import RequestError
from training.models.cover_unet import CoverUNet, build_model
from training.models.padding import pad_to_multiple
from training.settings import ModelSettings

RELEASED = ModelSettings(network="cover", widths=(32, 64, 128, 256, 512), channels=32)
SMALL = ModelSettings(network="cover", widths=(8, 16, 24), channels=16)


def block_parameters(a, b):
    """Two convolutions with biases, two normalisations."""
    return 9 * a * b + b + 9 * b * b + b + 4 * b


def test_parameters_of_the_release():
    down = zip((3, 32, 64, 128, 256), (32, 64, 128, 256, 512), strict=True)
    up = ((512 + 256, 256), (256 + 128, 128), (128 + 64, 64), (64 + 32, 32))
    count = sum(block_parameters(a, b) for a, b in (*down, *up))
    assert count_parameters(build_model(RELEASED, 0)) == (count, count) == (7_852_512, 7_852_512)


def reference(model, x, levels):
    """All maps in float64, from the words of the paper; weights by name."""
    weights = {name: tensor.double() for name, tensor in model.state_dict().items()}

    def block(name, x):
        for conv, norm in ((0, 1), (3, 4)):
            x = functional.conv2d(x, weights[f"{name}.{conv}.weight"], weights[f"{name}.{conv}.bias"], padding=1)
            x = gn(x, weights[f"{name}.{norm}.weight"], weights[f"{name}.{norm}.bias"], groups=x.shape[1] // 8)
            x = torch.where(x < 0, 0.2 * x, x)
        return x

    def doubled(x):
        """Each output pixel's centre lies 1/4 of an input pixel from the nearest one's; borders are repeated."""
        for axis in (2, 3):
            first, last = x.narrow(axis, 0, 1), x.narrow(axis, x.shape[axis] - 1, 1)
            wide, size = torch.cat([first, x, last], axis), x.shape[axis]
            before, after = wide.narrow(axis, 0, size), wide.narrow(axis, 2, size)
            x = torch.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis + 1).flatten(axis, axis + 1)
        return x

    skips = []
    for stage in range(levels):
        x = block(f"encoder.{stage}", x.unfold(2, 2, 2).unfold(3, 2, 2).amax((-1, -2)) if stage else x)
        skips.append(x)
    maps = [x]
    for stage in reversed(range(levels - 1)):
        maps.append(block(f"decoder.{stage}", torch.cat([doubled(maps[-1]), skips[stage]], 1)))
    return maps


@torch.no_grad()
def test_the_wiring_equals_an_independent_forward_pass():
    model, x = shaken(SMALL), picture(2, 3, 16, 24)
    maps, expected = model.pyramid(x, 3), reference(model, x.double(), 3)
    for mine, theirs in zip(maps, expected, strict=True):
        torch.testing.assert_close(mine.double(), theirs, rtol=1e-4, atol=1e-4 * float(theirs.abs().max()))
    assert torch.equal(model(x), maps[-1])


@torch.no_grad()
@pytest.mark.parametrize("size", [(1, 1), (16, 8), (7, 13)])
def test_any_size_and_its_maps(size):
    model, x = shaken(SMALL), picture(1, 3, *size)
    maps = model.pyramid(x, 3)
    assert model.map_channels == (24, 16, 16)
    for map, channels, level in zip(maps, model.map_channels, (2, 1, 0), strict=True):
        assert map.shape == (1, channels, *(-(-side // 2**level) for side in size))
    assert torch.equal(maps[-1], model(pad_to_multiple(x, 4))[..., : size[0], : size[1]])
    assert [map.shape for map in model.pyramid(x, 2)] == [map.shape for map in maps[1:]]


def test_maps_of_the_release():
    assert build_model(RELEASED, 0).map_channels == (512, 256, 128, 64, 32)


@torch.no_grad()
def test_unit_length_is_that_of_the_descriptors():
    *coarse, last = shaken(replace(SMALL, unit_length=True)).pyramid(picture(1, 3, 8, 8), 3)
    torch.testing.assert_close(last.norm(dim=1), torch.ones(1, 8, 8))
    assert coarse[0].norm(dim=1).std() > 0.1


def test_all_weights_get_a_gradient():
    model = shaken(SMALL)
    model(picture(2, 3, 16, 16)).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in model.parameters())


def test_pictures_of_a_batch_do_not_see_each_other():
    model, x = shaken(SMALL), picture(3, 3, 16, 16)
    torch.testing.assert_close(model(x)[1:2], model(x[1:2]), rtol=1e-4, atol=1e-5)


def test_weights_are_kaiming_and_a_function_of_the_seed_alone():
    one = build_model(RELEASED, 3)
    torch.rand(7)
    two, other = build_model(RELEASED, 3), build_model(RELEASED, 4)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.encoder[0][0].weight, other.encoder[0][0].weight)
    assert one.encoder[4][0].weight.std().item() == pytest.approx((2 / 1.04 / (9 * 256)) ** 0.5, rel=0.01)
    assert isinstance(one, CoverUNet)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"norm": "pixel"}, "--network cover: --norm pixel is not for it; use --norm image, or another network"),
        ({"widths": (8,)}, "--network cover: it needs --widths of two stages or more"),
        ({"widths": (8, 12)}, "--network cover: its --widths and --channels are multiples of 8"),
        ({"channels": 5}, "--network cover: its --widths and --channels are multiples of 8"),
        ({"widths": (0, 8)}, "--network cover: its --widths and --channels are multiples of 8"),
    ],
)
def test_settings_that_make_no_network(changes, text):
    with pytest.raises(RequestError) as caught:
        build_model(replace(SMALL, **changes), 0)
    assert str(caught.value) == text
