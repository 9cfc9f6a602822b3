"""The feature pyramid: its parameters, its wiring against an independent forward pass, its maps, and what it refuses."""

from dataclasses import replace

import pytest
import torch
from networks import count_parameters, gn, picture, shaken
from torch.nn import functional

from training.errors import RequestError
from training.models.fpn import build_model
from training.models.lattice import Lattice
from training.models.networks import build_network
from training.models.padding import pad_to_multiple
from training.objectives.registry import build, run_of
from training.presets import preset
from training.settings import ModelSettings

SMALL = ModelSettings(network="fpn", widths=(8, 16, 24), blocks=(1, 2, 3), channels=12)


def test_parameters_of_the_preset():
    settings = preset("builtin").model
    count = 0
    for before, width, layers in zip((3, *settings.widths), settings.widths, settings.blocks, strict=False):
        count += 9 * before * width + (layers - 1) * 9 * width**2 + layers * 2 * width
    count += sum((width + 1) * settings.channels for width in settings.widths[1:])
    assert count_parameters(build_model(settings, 0)) == (count, count) == (951_920, 951_920)


def reference(model, settings, x):
    """All sums in float64, from the words of the file; weights by name."""
    weights = {name: tensor.double() for name, tensor in model.state_dict().items()}
    outputs = []
    for stage, layers in enumerate(settings.blocks):
        for layer in range(layers):
            name, stride = f"stages.{stage}.{layer}", 2 if stage and not layer else 1
            wide = functional.pad(x, (1, 1, 1, 1))
            x = functional.conv2d(wide, weights[f"{name}.0.weight"])[..., ::stride, ::stride]
            x = gn(x, weights[f"{name}.1.weight"], weights[f"{name}.1.bias"], groups=x.shape[1] // 8).clamp(min=0)
        outputs.append(x)
    sums = []
    for stage in range(len(settings.blocks) - 1, 0, -1):
        name = f"projections.{stage - 1}"
        weight, bias = weights[f"{name}.weight"][:, :, 0, 0], weights[f"{name}.bias"]
        x = torch.einsum("oc,bchw->bohw", weight, outputs[stage]) + bias[:, None, None]
        if sums:
            x = x + Lattice(2).everywhere(sums[-1], *x.shape[-2:])
        sums.append(x)
    return sums


@torch.no_grad()
def test_the_wiring_equals_an_independent_forward_pass():
    model, x = shaken(SMALL), picture(2, 3, 16, 24)
    maps, expected = model.pyramid(x, 2), reference(model, SMALL, x.double())
    for mine, theirs in zip(maps, expected, strict=True):
        torch.testing.assert_close(mine.double(), theirs, rtol=1e-4, atol=1e-4 * float(theirs.abs().max()))
    assert torch.equal(model(x), Lattice(2).everywhere(maps[-1], 16, 24))


@torch.no_grad()
@pytest.mark.parametrize("size", [(1, 1), (16, 8), (7, 13)])
def test_any_size_and_its_maps(size):
    model, x = shaken(SMALL), picture(1, 3, *size)
    maps = model.pyramid(x, 2)
    assert model.map_channels == (12, 12)
    for map, level in zip(maps, (2, 1), strict=True):
        assert map.shape == (1, 12, *(-(-side // 2**level) for side in size))
    assert model(x).shape == (1, 12, *size)
    torch.testing.assert_close(model(x), model(pad_to_multiple(x, 4))[..., : size[0], : size[1]])


@torch.no_grad()
def test_length_one_at_the_pixels_and_not_at_the_cells():
    model, x = shaken(replace(SMALL, unit_length=True)), picture(1, 3, 12, 12)
    torch.testing.assert_close(model(x).norm(dim=1), torch.ones(1, 12, 12))
    assert (model.pyramid(x, 1)[0].norm(dim=1) - 1).abs().max() > 0.1


def test_the_seed_decides():
    a, b, c = (torch.cat([p.flatten() for p in build_model(SMALL, seed).parameters()]) for seed in (1, 1, 2))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"widths": (8, 16)}, "one entry per stage"),
        ({"widths": (8,), "blocks": (1,)}, "two stages or more"),
        ({"widths": (8, 12, 16)}, "widths are multiples of 8"),
        ({"blocks": (1, 0, 1)}, "blocks and channels are 1 or more"),
    ],
)
def test_settings_that_make_no_network(change, rule):
    with pytest.raises(RequestError, match=rule):
        build_network(replace(SMALL, **change), 0)


def test_an_objective_that_needs_a_map_of_every_pixel():
    settings = run_of("cover", {"levels": 2}, model=SMALL)
    with pytest.raises(RequestError) as caught:
        build(settings, build_network(SMALL, 0))
    assert str(caught.value) == (
        "--objective cover: needs a map of every pixel, the finest of --network fpn has cells of 2 px; "
        "use --network unet"
    )


def test_other_networks_have_a_cell_for_every_pixel():
    assert shaken(ModelSettings(network="cover", widths=(8, 16, 24), channels=16)).lattice == Lattice()
