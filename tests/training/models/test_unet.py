"""The U-Net: the paper's parameter counts, its wiring against an independent forward pass, seeds and sizes."""

from dataclasses import replace

import pytest
import torch
from networks import count_parameters, gn, picture, shaken
from torch.nn import functional

from training.errors import RequestError
from training.models.blocks import PixelNorm, make_norm
from training.models.padding import pad_to_multiple
from training.models.unet import LOCAL_UP, UNet, build_model
from training.settings import ModelSettings

FIRST = ModelSettings(widths=(32, 64, 64), blocks=(1, 2, 2))
SECOND = ModelSettings()
SMALL = ModelSettings(widths=(8, 16), blocks=(1, 2), channels=5, heads=2)


@pytest.mark.parametrize("norm", ["image", "pixel"])
@pytest.mark.parametrize(("settings", "counts"), [(FIRST, (993_664, 993_600)), (SECOND, (1_031_408, 1_031_344))])
def test_parameter_counts_of_the_paper(settings, counts, norm):
    assert count_parameters(build_model(replace(settings, norm=norm), 0)) == counts


@pytest.mark.parametrize(("d", "count"), [(4, 985_572), (8, 986_728), (16, 989_040), (32, 993_664), (64, 1_002_912)])
def test_parameter_counts_by_descriptor_length(d, count):
    assert count_parameters(build_model(ModelSettings((32, 64, 64), (1, 2, 2), d), 0))[0] == count


def tally(*modules):
    return sum(count_parameters(module)[0] for module in modules)


def test_tally_by_block_of_experiment_1():
    m = build_model(FIRST, 0)
    assert tally(m.stem) == 896
    assert [tally(stage) for stage in m.encoder] == [18_624, 148_224, 148_224]
    assert [tally(down) for down in m.downs] == [2_112, 4_160, 4_160]
    assert [tally(part) for part in m.middle] == [74_112, 16_832, 74_112]
    assert [tally(up) for up in m.ups] == [2_080, 4_160, 4_160]
    assert [[tally(block) for block in stage] for stage in m.decoder] == [
        [18_688, 18_624],
        [74_240, 74_240, 74_112],
        [74_240, 74_240, 74_112],
    ]
    assert (tally(m.norm), tally(m.head)) == (64, 9_248)


def test_tally_by_block_of_experiment_2():
    m = build_model(SECOND, 0)
    assert tally(m.stem) == 448
    assert [tally(stage) for stage in m.encoder] == [4_704, 4_704, 18_624, 37_248, 296_448]
    assert [tally(down) for down in m.downs] == [272, 544, 1_056, 2_112, 4_160]
    assert tally(m.middle) == 165_056
    assert [tally(up) for up in m.ups] == [272, 528, 1_056, 2_080, 4_160]
    assert [tally(stage) for stage in m.decoder] == [9_440, 9_440, 37_312, 56_000, 371_072]
    assert (tally(m.norm), tally(m.head)) == (32, 4_640)


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        (FIRST, (896, 315_072, 10_432, 165_056, 482_496, 10_400, 64, 9_248)),
        (SECOND, (448, 361_728, 8_144, 165_056, 483_264, 8_096, 32, 4_640)),
    ],
)
def test_tally_by_kind(settings, kinds):
    m = build_model(settings, 0)
    assert tuple(map(tally, (m.stem, m.encoder, m.downs, m.middle, m.decoder, m.ups, m.norm, m.head))) == kinds


def test_dropout_only_in_the_two_deepest_stages_and_the_middle():
    m = build_model(SECOND, 0)
    for stages in (m.encoder, m.decoder):
        assert [{block.dropout.p for block in stage} for stage in stages] == [{0.0}, {0.0}, {0.0}, {0.1}, {0.1}]
    assert m.middle[0].dropout.p == m.middle[2].dropout.p == 0.1


def test_blocks_start_as_the_identity():
    m = build_model(FIRST, 0)
    x = torch.randn(2, 32, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(m.encoder[0][0](x), x, atol=1e-3)
    assert torch.allclose(m.decoder[0][0](x, x + 1), x, atol=1e-3)


def test_initial_spreads():
    m = build_model(FIRST, 0)
    block = m.encoder[1][0]
    bound = (6 / (2 * 64 * 9)) ** 0.5
    assert bound * 0.99 < block.conv1.weight.abs().max() <= bound
    for tensor in (block.conv1.bias, block.conv2.weight, block.conv2.bias, m.middle[1].output.weight):
        assert 0.7e-6 < tensor.std() < 1.3e-6
    assert 0.5e-8 < m.stem.bias.std() < 1.5e-8
    assert not m.downs[0].conv.bias.any()
    assert m.head.weight.abs().max() <= (1 / (32 * 9)) ** 0.5 + 1e-6  # PyTorch's default


# ---- an independent forward pass, from the words of the paper


class Reference:
    """Reads weights by name and computes in float64."""

    def __init__(self, model, settings):
        self.w = {name: tensor.double() for name, tensor in model.state_dict().items()}
        self.settings = settings

    def norm(self, name, x, groups=1):
        return gn(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"], groups)

    def conv(self, name, x, padding=0):
        return functional.conv2d(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"], padding=padding)

    def block(self, name, x, skip=None):
        h = self.norm(f"{name}.norm1", x)
        if skip is not None:
            h = (h + self.norm(f"{name}.norm_skip", skip)) / 2**0.5
        h = self.conv(f"{name}.conv1", h * torch.sigmoid(h), 1)
        h = self.norm(f"{name}.norm2", h)
        return x + self.conv(f"{name}.conv2", h * torch.sigmoid(h), 1)

    def attention(self, name, x):
        heads, (b, c, height, width) = self.settings.heads, x.shape
        xn = self.norm(f"{name}.norm", x)
        tokens = xn.reshape(b, c, -1).transpose(1, 2)
        q, k, v = (
            (tokens @ self.w[f"{name}.{part}.weight"].T + self.w[f"{name}.{part}.bias"])
            .reshape(b, height * width, heads, c // heads)
            .permute(0, 3, 1, 2)
            for part in ("query", "key", "value")
        )
        q, k = self.norm(f"{name}.norm_query", q), self.norm(f"{name}.norm_key", k)
        weights = torch.einsum("bdqh,bdkh->bhqk", q * (c // heads) ** -0.5, k).softmax(-1)
        o = torch.einsum("bhqk,bdkh->bqhd", weights, v).reshape(b, height * width, c)
        o = o @ self.w[f"{name}.output.weight"].T + self.w[f"{name}.output.bias"]
        return o.transpose(1, 2).reshape(x.shape) + xn

    def __call__(self, x):
        blocks, skips = self.settings.blocks, []
        x = self.conv("stem", x, 1)
        for i, count in enumerate(blocks):
            for j in range(count):
                x = self.block(f"encoder.{i}.{j}", x)
                skips.append(x)
            x = self.conv(f"downs.{i}.conv", x.unfold(2, 2, 2).unfold(3, 2, 2).mean((-1, -2)))
        x = self.block("middle.2", self.attention("middle.1", self.block("middle.0", x)))
        for i in reversed(range(len(blocks))):
            x = self.conv(f"ups.{i}.conv", x).repeat_interleave(2, 2).repeat_interleave(2, 3)
            for j in range(blocks[i]):
                x = self.block(f"decoder.{i}.{j}", x, skips.pop())
            x = self.block(f"decoder.{i}.{blocks[i]}", x)
        h = self.norm("norm", x, 8)
        return self.conv("head", h * torch.sigmoid(h), 1)


@torch.no_grad()
def test_the_wiring_equals_an_independent_forward_pass():
    model, x = shaken(SMALL), picture(2, 3, 16, 24)
    expected = Reference(model, SMALL)(x.double())
    assert torch.allclose(model(x).double(), expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item())


# ---- seeds, sizes, layout, errors


def test_weights_are_a_function_of_the_seed_alone():
    torch.manual_seed(5)
    one, state = build_model(SMALL, 3), torch.get_rng_state()
    torch.rand(7)
    two, other = build_model(SMALL, 3), build_model(SMALL, 4)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.stem.weight, other.stem.weight)
    torch.manual_seed(5)
    assert torch.equal(state, torch.get_rng_state())


@torch.no_grad()
@pytest.mark.parametrize("norm", ["image", "pixel"])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 4), (7, 13), (21, 8), (33, 30)])
def test_any_size(size, norm):
    model = shaken(ModelSettings((8, 16), (1, 2), 5, 2, norm=norm))
    features = model(picture(1, 3, *size))
    assert features.shape == (1, 5, *size)
    assert features.isfinite().all()


@torch.no_grad()
def test_padding_mirrors_and_is_cut_off():
    model, x = shaken(SMALL), picture(1, 3, 7, 6)
    mirrored = torch.cat(
        (torch.cat((x, x.flip(3)[..., :2]), 3), torch.cat((x, x.flip(3)[..., :2]), 3).flip(2)[:, :, :1]), 2
    )
    assert torch.equal(pad_to_multiple(x, 4), mirrored)
    assert torch.equal(model(x), model(mirrored)[..., :7, :6])
    assert pad_to_multiple(mirrored, 4) is mirrored
    assert pad_to_multiple(torch.arange(2.0)[None, None], 8)[0, 0].tolist() == [0, 1, 1, 0, 0, 1, 1, 0]


@torch.no_grad()
def test_the_memory_layout_changes_nothing():
    model, x = shaken(SMALL), picture(1, 3, 16, 16)
    one = model(x)
    assert torch.allclose(one, model.to(memory_format=torch.contiguous_format)(x), atol=1e-4)


def test_all_trainable_weights_get_a_gradient():
    for norm in ("image", "pixel"):
        model = shaken(ModelSettings((8, 16), (1, 2), 5, 2, norm=norm))
        model(picture(2, 3, 16, 16)).square().sum().backward()
        for name, parameter in model.named_parameters():
            assert (parameter.grad is not None and parameter.grad.any()) == parameter.requires_grad, name


def test_pixel_norm_looks_at_one_pixel():
    norm, x = make_norm("pixel", 6, groups=3), picture(2, 6, 4, 5)
    assert isinstance(norm, PixelNorm)
    alone = norm(x[:, :, 1:2, 2:3])
    assert torch.allclose(norm(x)[:, :, 1:2, 2:3], alone, atol=1e-6)
    assert torch.allclose(alone.mean(1), torch.zeros(2, 1, 1), atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (ModelSettings(widths=(8,), blocks=(1, 1)), "one entry per stage"),
        (ModelSettings(widths=(), blocks=()), "one entry per stage"),
        (ModelSettings(heads=0), "are 1 or more"),
        (ModelSettings(heads=5), "multiple of heads"),
        (ModelSettings(widths=(12, 16), blocks=(1, 1)), "multiple of 8"),
        (ModelSettings(dropout=1.0), "dropout"),
    ],
)
def test_settings_that_make_no_network(settings, words):
    with pytest.raises(RequestError, match=words):
        build_model(settings, 0)


def test_the_constructor_is_a_module():
    assert isinstance(build_model(SMALL, 0), UNet)


def test_local_weights_let_blocks_work_and_coarse_paths_whisper():
    paper, local = (build_model(ModelSettings(initial=name), 0) for name in ("paper", "local"))
    assert count_parameters(paper) == count_parameters(local)
    for before, after in zip(paper.ups, local.ups, strict=True):
        torch.testing.assert_close(after.conv.weight, LOCAL_UP * before.conv.weight)
    assert paper.encoder[0][0].conv2.weight.std() < 1e-5 < 0.05 < local.encoder[0][0].conv2.weight.std()
    assert (paper.stem.weight == local.stem.weight).all()


def test_with_local_weights_neighbours_differ_from_the_start():
    images = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    steps = []
    for name in ("paper", "local"):
        features = build_model(ModelSettings(initial=name), 0).eval()(images)[0]
        steps.append(float(((features[:, :, 1:] - features[:, :, :-1]).norm(dim=0).mean() / features.std()).detach()))
    assert steps[1] > 2 * steps[0]


def test_unit_length():
    features = build_model(ModelSettings(unit_length=True), 0)(torch.rand(2, 3, 40, 33))
    torch.testing.assert_close(features.norm(dim=1), torch.ones(2, 40, 33))
