"""The fused kernels against their readable twin in float64, on CUDA where there is one.

Without CUDA, but with Triton, one test runs this file again in a process of its own with TRITON_INTERPRET=1: the
interpreter executes the same kernels on the CPU. It has to be set before Triton is imported, hence the process.
"""

import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec

import pytest
import torch
from roots import ROOT

from training.objectives import fused, stable
from training.objectives.pixel_pairs import PixelPairs

INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1" and find_spec("triton") is not None
DEVICE = "cpu" if INTERPRETED else "cuda"
needs_kernels = pytest.mark.skipif(
    not (INTERPRETED or fused.available()), reason="needs CUDA and Triton, or Triton with TRITON_INTERPRET=1"
)
every_form = pytest.mark.parametrize(("p", "scale"), [(p, s) for p in ("1", "2", "inf") for s in ("paper", "official")])


def random_features(generator, shape, dtype=torch.float32):
    features = torch.randn(shape, generator=generator).to(DEVICE, dtype)
    return features.contiguous(memory_format=torch.channels_last).requires_grad_()


def random_matches(generator, batch, points, height, width):
    def draw(limit):
        return torch.rand((batch, points), generator=generator) * limit - 0.5

    xy0 = torch.stack([draw(width), draw(height)], 2).round().clamp(min=0).int()
    valid = torch.rand((batch, points), generator=generator) < 0.8
    positive = valid & (torch.rand((batch, points), generator=generator) < 0.4)
    xy1 = torch.stack([draw(width), draw(height)], 2)
    return PixelPairs(*(part.to(DEVICE) for part in (xy0, xy1, positive, valid)))


def problem(seed=0, batch=2, channels=8, height=7, width=9, points=37, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, channels, height, width)
    features = [random_features(generator, shape, dtype) for _ in range(2)]
    return features, random_matches(generator, batch, points, height, width)


def gradients(values, features):
    weights = torch.linspace(-1, 2, len(values), device=values.device, dtype=values.dtype)
    return torch.autograd.grad((weights * values).sum(), features)


def twin(features, matches, p, scale):
    """Values and gradients of the plain version in float64."""
    wide = [part.detach().double().requires_grad_() for part in features]
    values = stable.within(*wide, matches, p, scale)
    return values.detach(), gradients(values, wide)


def assert_twins(features, matches, p, scale, rtol=2e-6, **how):
    """Equal values, and gradients equal up to `rtol` of the largest entry."""
    values = fused.within_fused(*features, matches, p, scale, **how)
    expected, slopes = twin(features, matches, p, scale)
    assert values.dtype == torch.float32
    torch.testing.assert_close(values.detach().double(), expected, rtol=2e-6, atol=2e-7)
    for part, got, slope in zip(features, gradients(values, features), slopes, strict=True):
        assert got.dtype == part.dtype
        torch.testing.assert_close(got.double(), slope, rtol=0, atol=rtol * max(float(slope.abs().max()), 1e-6))


@needs_kernels
@every_form
@pytest.mark.parametrize("channels", [4, 24, 32, 64])
def test_values_and_gradients_equal_the_twin(p, scale, channels):
    assert_twins(*problem(seed=channels, channels=channels), p, scale)


@needs_kernels
@every_form
def test_several_blocks_of_pairs_are_added_up(p, scale):
    assert_twins(*problem(points=301, channels=32, batch=3), p, scale)


@needs_kernels
@every_form
@pytest.mark.parametrize(
    ("dtype", "rounding"), [(torch.bfloat16, 2**-8), (torch.float16, 2**-11)], ids=["bf16", "fp16"]
)
def test_half_precision_features_lose_only_the_rounding_of_their_gradient(p, scale, dtype, rounding):
    """Features on a coarse grid have many equal channels too: the first of them gets the gradient in both versions."""
    assert_twins(*problem(dtype=dtype), p, scale, rtol=rounding)


@needs_kernels
@pytest.mark.parametrize("p", ["2", "inf"])
def test_gradients_can_be_summed_in_the_features_type(p):
    assert_twins(*problem(dtype=torch.float16), p, "paper", rtol=2**-8, accumulate=torch.float16)


@needs_kernels
@pytest.mark.parametrize("p", ["1", "inf"])
@pytest.mark.parametrize("layout", ["contiguous", "channels last", "window", "mixed"])
def test_every_memory_layout_is_read_and_written(p, layout):
    features, matches = problem(height=5, width=6)
    large = torch.randn((2, 16, 7, 9), generator=torch.Generator().manual_seed(1)).to(DEVICE)
    plain, window = features[0].detach().contiguous(), large[:, ::2, 1:6, 2:8]
    chosen = {
        "contiguous": (plain, plain.flip(1)),
        "channels last": features,
        "window": (window, window),
        "mixed": (features[0], window),
    }[layout]
    assert_twins([part.detach().requires_grad_() for part in chosen], matches, p, "paper")


@needs_kernels
@every_form
def test_pairs_that_share_both_pixels_add_their_gradients(p, scale):
    features, matches = problem(points=301)
    assert_twins(features, replace(matches, xy0=matches.xy0 * 0 + 2, xy1=matches.xy1 * 0 + 3), p, scale)


@needs_kernels
@every_form
def test_a_pair_without_positives_negatives_or_both(p, scale):
    features, matches = problem(batch=4)
    without = torch.tensor([[False], [True], [False], [True]], device=DEVICE)
    positive = matches.positive & without
    empty = torch.tensor([[True], [True], [False], [False]], device=DEVICE)
    assert_twins(features, replace(matches, positive=positive, valid=matches.valid & (empty | positive)), p, scale)


@needs_kernels
@pytest.mark.parametrize("scale", ["paper", "official"])
def test_no_pairs_at_all_give_a_differentiable_zero(scale):
    features, matches = problem(points=0)
    values = fused.within_fused(*features, matches, "inf", scale)
    assert values.tolist() == [0, 0]
    assert all(not part.any() for part in gradients(values, features))


@needs_kernels
@every_form
def test_padding_reads_nothing(p, scale):
    """Padding may point anywhere, also at features that are not finite."""
    features, matches = problem()
    broken = [part.detach().clone() for part in features]
    for part in broken:
        part[:, :, 3, 3] = torch.nan
    elsewhere = matches.xy0.clone()
    elsewhere[(elsewhere == 3).all(2)] = 4
    targets = matches.xy1.clone()
    targets[((targets + 0.5).floor() == 3).all(2)] = 4
    padded = [torch.where(matches.valid.unsqueeze(2), xy, 3) for xy in (elsewhere, targets)]
    sound = replace(matches, xy0=padded[0], xy1=padded[1])
    values = fused.within_fused(*broken, sound, p, scale)
    torch.testing.assert_close(values.double(), twin(features, sound, p, scale)[0], rtol=2e-6, atol=2e-7)


@needs_kernels
@every_form
def test_equal_descriptors_have_no_gradient(p, scale):
    features, matches = problem(channels=24)
    flat = [torch.ones_like(part).requires_grad_() for part in features]
    values = fused.within_fused(*flat, matches, p, scale)
    assert all(not part.any() for part in gradients(values, flat))


@needs_kernels
@every_form
def test_a_broken_network_is_not_hidden(p, scale):
    features, matches = problem()
    features[1].data[:, 5] = torch.nan
    assert fused.within_fused(*features, matches, p, scale).isnan().all()


@needs_kernels
def test_halves_go_up_and_pixels_outside_are_moved_to_the_edge():
    features, _ = problem(batch=1, height=3, width=3)
    xy1 = torch.tensor([[[0.5, 1.5], [1.5, 0.5], [-0.5, 2.49], [-7.0, 9.0], [2.5, -0.51]]], device=DEVICE)
    xy0 = torch.tensor([[[0, 0], [1, 1], [2, 2], [5, -3], [1, 2]]], device=DEVICE, dtype=torch.int32)
    mask = torch.ones((1, 5), dtype=torch.bool, device=DEVICE)
    assert_twins(features, PixelPairs(xy0, xy1, mask, mask), "2", "paper")


@needs_kernels
@pytest.mark.parametrize("scale", ["paper", "official"])
def test_the_whole_objective_runs_on_the_kernels(scale):
    features, matches = problem(batch=3)
    settings = stable.StableSettings(lam=0.4, partners=2)
    got = stable.total(*features, matches, replace(settings, scale=scale), fused.within_fused)
    expected = stable.total(*features, matches, replace(settings, scale=scale))
    for name in ("total", "within", "between"):
        torch.testing.assert_close(got[name], expected[name], rtol=2e-6, atol=2e-7)
    for one, other in zip(gradients(got["total"], features), gradients(expected["total"], features), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-7)


@needs_kernels
def test_only_bytes_per_pair_are_kept_for_the_backward_pass():
    features, matches = problem(channels=64)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda part: kept.append(part) or part, lambda part: part):
        fused.within_fused(*features, matches, "inf", "paper")
    pairs = matches.valid.numel()
    sizes = sum(part.numel() * part.element_size() for part in kept if part.numel() >= pairs)
    assert sizes == pairs * (8 + 8 + 1 + 1 + 4 + 1)  # two pixels, two masks, the distance, the code


@needs_kernels
def test_the_value_is_the_same_in_every_run():
    features, matches = problem(points=301)
    values = [fused.within_fused(*features, matches, "inf", "official") for _ in range(2)]
    assert torch.equal(*values)


def test_feature_maps_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"different shapes: \(1, 4, 3, 3\) and \(1, 4, 3, 2\)"):
        fused.within_fused(torch.zeros(1, 4, 3, 3), torch.zeros(1, 4, 3, 2), None, "inf", "paper")


@pytest.mark.parametrize(("cuda", "triton", "answer"), [(True, True, True), (True, False, False), (False, True, False)])
def test_available_needs_cuda_and_triton(monkeypatch, cuda, triton, answer):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(fused, "find_spec", lambda name: object() if triton else None)
    assert fused.available() is answer


def test_the_module_imports_without_triton():
    program = "import sys; sys.modules['triton'] = None; import training.objectives.fused as f; f.available()"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


@pytest.mark.skipif(INTERPRETED or fused.available(), reason="the kernels are tested in this process")
@pytest.mark.skipif(find_spec("triton") is None, reason="Triton is not installed: the kernels cannot run here")
def test_the_kernels_in_the_interpreter():
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(command, env=os.environ | {"TRITON_INTERPRET": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
