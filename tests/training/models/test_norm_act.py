import multiprocessing
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from training.devices import denormals_as_zero
from training.models import norm_act as module
from training.models.norm_act import NormAct, norm_silu, norms_silu
from training.models.norm_kernels import FLUSH, PIECE, STRIDE
from training.models.norm_map import LONGEST, flat_view

SLOPES = (0.0, 0.2, 1.0)
TYPES = (torch.float32, torch.bfloat16)
ROUNDING = {torch.float32: 2e-6, torch.bfloat16: 2**-8}


def channels_last(shape, dtype=torch.float32, seed=0, mean=0.0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(shape, generator=generator) * 3 + mean
    return x.to(dtype).contiguous(memory_format=torch.channels_last)


def make(groups, channels, slope=0.0, seed=0):
    norm = NormAct(groups, channels, slope)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in norm.parameters():
            parameter.copy_(torch.randn(channels, generator=generator))
    return norm


def results(answer, x, norm, seed=1):
    """The answer, and the gradients of x, weight and bias."""
    x, norm = x.detach().clone().requires_grad_(), norm.requires_grad_()
    norm.zero_grad()
    y = answer(x)
    generator = torch.Generator().manual_seed(seed)
    y.backward(torch.randn(y.shape, generator=generator).to(TYPES[1]).to(y.dtype))
    return [each.detach().double().clone() for each in (y, x.grad, norm.weight.grad, norm.bias.grad)]


def truth(x, norm):
    """The same by PyTorch in float64."""
    exact = nn.GroupNorm(norm.num_groups, norm.num_channels, norm.eps).double()
    exact.load_state_dict(norm.state_dict())
    return results(lambda x: nn.functional.leaky_relu(exact(x), norm.slope), x.double(), exact)


def assert_near(got, due, tolerance):
    for name, a, b in zip(("y", "dx", "dweight", "dbias"), got, due, strict=True):
        scale = b.abs().max().clamp(min=1)
        assert (a - b).abs().max() <= tolerance * scale, name


@given(
    images=st.integers(1, 3),
    groups=st.integers(1, 4),
    each=st.sampled_from([1, 2, 8, 24]),
    height=st.integers(3, 9),  # of two numbers a group dx is all cancellation
    width=st.integers(2, 40),
    slope=st.sampled_from(SLOPES),
    dtype=st.sampled_from(TYPES),
)
@settings(max_examples=60, deadline=None)
def test_it_is_the_norm_and_the_activation(images, groups, each, height, width, slope, dtype):
    x, norm = channels_last((images, groups * each, height, width), dtype), make(groups, groups * each, slope)
    got, due = results(norm, x, norm), truth(x, norm)
    assert_near(got, due, 4 * ROUNDING[dtype])


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize("dtype", TYPES)
def test_maps_of_several_pieces(slope, dtype):
    pixels = (
        2 * PIECE * LONGEST // 16 + FLUSH * LONGEST // 16 + 3
    )  # two whole pieces, and a part that ends within a row
    x, norm = channels_last((2, 16, 1, pixels), dtype), make(2, 16, slope)
    assert_near(results(norm, x, norm), truth(x, norm), 2 * ROUNDING[dtype])


def test_a_large_mean_costs_no_digits():
    x, norm = channels_last((2, 16, 24, 24), mean=3000.0), make(2, 16, 0.2)
    assert_near(results(norm, x, norm), truth(x, norm), 1e-4)  # float32 at 3,000: 1e-4 of 3


def silu_truth(maps, norms):
    """SiLU of the mean of normalised maps times sqrt of their number, by PyTorch in float64."""
    exact = [nn.GroupNorm(norm.num_groups, norm.num_channels, norm.eps).double() for norm in norms]
    for each, norm in zip(exact, norms, strict=True):
        each.load_state_dict(norm.state_dict())
    share = len(maps) ** -0.5
    return silu_results(
        lambda *given: nn.functional.silu(share * sum(n(x) for n, x in zip(exact, given, strict=True))),
        [x.double() for x in maps],
        exact,
    )


def silu_results(answer, maps, norms, seed=1):
    """The answer, and of each map the gradients of x, weight and bias."""
    maps = [x.detach().clone().requires_grad_() for x in maps]
    for norm in norms:
        norm.zero_grad()
    y = answer(*maps)
    generator = torch.Generator().manual_seed(seed)
    y.backward(torch.randn(y.shape, generator=generator).to(TYPES[1]).to(y.dtype))
    gradients = [
        each for x, norm in zip(maps, norms, strict=True) for each in (x.grad, norm.weight.grad, norm.bias.grad)
    ]
    return [each.detach().double().clone() for each in (y, *gradients)]


def two_norms(groups, channels):
    norms = [nn.GroupNorm(groups, channels) for _ in range(2)]
    for seed, norm in enumerate(norms):
        norm.load_state_dict(make(groups, channels, seed=seed).state_dict())
    return norms


@given(
    images=st.integers(1, 3),
    groups=st.integers(1, 4),
    each=st.sampled_from([1, 2, 8, 24]),
    height=st.integers(3, 9),
    width=st.integers(2, 40),
    dtype=st.sampled_from(TYPES),
)
@settings(max_examples=40, deadline=None)
def test_silu_of_one_map_and_of_two(images, groups, each, height, width, dtype):
    shape = (images, groups * each, height, width)
    x, skip, norms = channels_last(shape, dtype), channels_last(shape, dtype, 1, 2.0), two_norms(groups, shape[1])
    one = silu_results(lambda x: norm_silu(x, norms[0]), [x], norms[:1])
    two = silu_results(lambda x, skip: norms_silu(x, norms[0], skip, norms[1]), [x, skip], norms)
    for got, due in ((one, silu_truth([x], norms[:1])), (two, silu_truth([x, skip], norms))):
        for a, b in zip(got, due, strict=True):
            assert (a - b).abs().max() <= 4 * ROUNDING[dtype] * b.abs().max().clamp(min=1)


def test_silu_far_out():
    """Where exp has no float32: 0 below, z itself above."""
    norm = nn.GroupNorm(1, 8)
    with torch.no_grad():
        norm.weight.fill_(1e4)
    x = channels_last((1, 8, 4, 4))
    y, z = norm_silu(x, norm), norm(x)
    assert torch.allclose(y, nn.functional.silu(z), rtol=1e-5, atol=1e-2)
    assert y[z < -100].abs().max() < 1e-20
    assert torch.allclose(y[z > 100], z[z > 100], rtol=1e-5)


def test_rows_are_as_long_as_the_kernels_take_them():
    """Stated twice, as the kernels cannot be asked where Numba is missing."""
    assert LONGEST == STRIDE


def test_a_map_of_more_channels_than_a_row_holds_is_pytorchs():
    x, norm = channels_last((1, LONGEST + 8, 2, 3)), nn.GroupNorm(8, LONGEST + 8)
    assert torch.equal(norm_silu(x, norm), nn.functional.silu(norm(x)))


@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_gives_the_same_bits(threads):
    x, norm = channels_last((3, 16, 150, 150)), make(1, 16, 0.2)
    alone = _with_threads(1, x, norm)
    assert all(torch.equal(a, b) for a, b in zip(alone, _with_threads(threads, x, norm), strict=True))


def _with_threads(threads, x, norm):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        return results(norm, x, norm)
    finally:
        torch.set_num_threads(before)


def test_numbers_far_out_and_nan():
    norm = NormAct(1, 8, 0.2)
    with torch.no_grad():
        norm.weight.fill_(1e6)
    x = channels_last((1, 8, 4, 4))
    y = norm(x)
    assert y.isfinite().all()
    assert y.min() < -1e4
    for dtype in TYPES:
        x = channels_last((1, 8, 4, 4), dtype)
        x[0, 0, 0, 0] = torch.nan
        assert norm(x).isnan().all()


def test_bfloat16_is_rounded_to_even():
    norm = NormAct(1, 8, 1.0)
    x = channels_last((1, 8, 32, 32), torch.bfloat16)
    exact = nn.functional.group_norm(x.double(), 1, eps=norm.eps).float()
    wrong = norm(x) != exact.bfloat16()
    assert wrong.float().mean() < 1e-3  # float32 beside float64, at ties


@pytest.mark.parametrize(
    "x",
    [channels_last((2, 8, 5, 7)).double(), channels_last((2, 8, 5, 7)).contiguous(), torch.zeros(0, 8, 5, 7)],
    ids=["float64", "channels first", "nothing"],
)
def test_what_the_kernels_are_not_for_is_pytorchs(x, monkeypatch):
    monkeypatch.setattr(module._Compiled, "apply", None)
    norm = NormAct(2, 8).to(x.dtype)
    due = nn.functional.relu(nn.functional.group_norm(x, 2, norm.weight, norm.bias, norm.eps))
    assert torch.equal(norm(x), due)


UNLIKE = {
    "one image for all": ((2, 8, 5, 7), (1, 8, 5, 7), {}),
    "one pixel for all": ((2, 8, 5, 7), (2, 8, 1, 1), {}),
    "another number of groups": ((2, 8, 5, 7), (2, 8, 5, 7), {"num_groups": 4}),
    "another eps": ((2, 8, 5, 7), (2, 8, 5, 7), {"eps": 0.5}),
    "no weight": ((2, 8, 5, 7), (2, 8, 5, 7), {"affine": False}),
}


@pytest.mark.parametrize("name", UNLIKE)
def test_two_maps_that_are_not_alike_are_pytorchs(name):
    shape, shape_skip, changes = UNLIKE[name]
    x, skip, norm = channels_last(shape), channels_last(shape_skip, seed=1), two_norms(2, 8)[0]
    norm_skip = nn.GroupNorm(**{"num_groups": 2, "num_channels": 8} | changes)
    due = nn.functional.silu((norm(x) + norm_skip(skip)) * 0.5**0.5)
    assert torch.allclose(norms_silu(x, norm, skip, norm_skip), due, atol=1e-5)


def test_a_norm_that_does_more_does_it():
    x, norm = channels_last((2, 8, 5, 7)), make(2, 8, 0.2)
    assert torch.allclose(norm_silu(x, norm), nn.functional.silu(norm(x)), atol=1e-6)


def test_channels_that_are_not_the_norms_are_refused_as_pytorch_does():
    with pytest.raises(RuntimeError, match="Expected weight to be a vector of size equal to the number of channels"):
        norm_silu(channels_last((1, 16, 4, 4)), nn.GroupNorm(1, 1))


@pytest.mark.parametrize("of", ["map", "weights"])
def test_under_torch_func_it_is_pytorchs(of):
    x, norm = channels_last((2, 8, 5, 7)), make(2, 8, 0.2)
    weights = {name: each.detach() for name, each in norm.named_parameters()}

    def loss(x, weights):
        return torch.func.functional_call(norm, weights, (x,)).square().sum()

    place = {"map": 0, "weights": 1}[of]
    found = torch.func.grad(loss, argnums=place)(x, weights)
    due = torch.func.grad(loss, argnums=place)(x.contiguous(), weights)
    for a, b in zip(*(torch.utils._pytree.tree_leaves(each) for each in (found, due)), strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.filterwarnings("ignore")  # PyTorch would rather not be traced
def test_a_traced_graph_holds_for_other_maps():
    norm, x = make(2, 8, 0.2).requires_grad_(False), channels_last((2, 8, 5, 7), seed=1)
    traced = torch.jit.trace(norm, channels_last((2, 8, 5, 7)))
    assert torch.allclose(traced(x), norm(x), atol=1e-5)


def _work_of_a_child(x, norm, due):
    os._exit(0 if np.array_equal(norm(x).numpy(), due) else 1)  # PyTorch's own threads do not outlive a fork


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_threads_of_its_own():
    x, norm, before = channels_last((4, 16, 80, 80)), make(2, 16).requires_grad_(False), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        due = norm(x).numpy()
        child = multiprocessing.get_context("fork").Process(target=_work_of_a_child, args=(x, norm, due))
        child.start()
        child.join(60)
        child.kill()
        assert child.exitcode == 0
    finally:
        torch.set_num_threads(before)


def test_without_numba(monkeypatch):
    monkeypatch.setattr(module, "kernels", lambda: None)
    x, norm = channels_last((2, 8, 5, 7)), make(2, 8, 0.2)
    assert_near(results(norm, x, norm), truth(x, norm), 1e-5)


def test_memory_is_that_of_the_map():
    x = channels_last((2, 8, 5, 7))
    y = NormAct(2, 8)(x)
    assert y.is_contiguous(memory_format=torch.channels_last)
    assert np.shares_memory(flat_view(y), y.detach().numpy())


def test_threads_take_denormals_as_their_caller_does():
    """Those of a pool that was made before the context, and after it."""
    x, norm = channels_last((4, 16, 80, 80)), NormAct(2, 16, 1.0)
    gradient = channels_last((4, 16, 80, 80), seed=1) * 1e-40

    def share():
        inside = x.clone().requires_grad_()
        norm(inside).backward(gradient)
        return (inside.grad != 0).float().mean()

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert share() > 0.5
        with denormals_as_zero():
            assert share() == 0
        assert share() > 0.5
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("compiled", [False, True])
def test_under_vmap_it_is_pytorchs(compiled):
    """No tensor tells its layout there."""
    x, norm = torch.randn((2, 3, 8, 5, 6), generator=torch.Generator().manual_seed(0)), nn.GroupNorm(1, 8)
    stacked = torch.vmap(lambda each: norm_silu(each, norm))
    found = (torch.compile(stacked, backend="eager") if compiled else stacked)(x)
    assert torch.allclose(found[1], nn.functional.silu(norm(x[1])), atol=1e-6)
