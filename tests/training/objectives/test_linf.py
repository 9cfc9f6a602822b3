"""l-inf distances of all pairs against PyTorch's, forward and backward."""

import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from training.objectives import linf as module
from training.objectives.linf import linf_distances


def sets(seed, batch, channels, many, candidates, dtype=torch.float32):
    draw = torch.Generator().manual_seed(seed)
    return (torch.randn(batch, channels, n, generator=draw, dtype=dtype) for n in (many, candidates))


def reference(a, c):
    return torch.cdist(a.transpose(1, 2).contiguous(), c.transpose(1, 2).contiguous(), p=torch.inf)


def gradients(distances, a, c, weight):
    a, c = (x.clone().requires_grad_() for x in (a, c))
    found = distances(a, c)
    (found * weight).sum().backward()
    return found.detach(), a.grad, c.grad


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 3),
    st.sampled_from([1, 2, 32, 130]),
    st.integers(1, 9),
    st.sampled_from([1, 5, 255, 256, 257, 600]),
)
def test_distances_and_gradients_are_those_of_pytorch(seed, batch, channels, many, candidates):
    a, c = sets(seed, batch, channels, many, candidates)
    weight = torch.randn(batch, many, candidates, generator=torch.Generator().manual_seed(1))
    weight[:, :, ::3] = 0  # what is masked
    mine, theirs = (gradients(f, a, c, weight) for f in (linf_distances, reference))
    assert torch.equal(mine[0], theirs[0])
    for own, other in zip(mine[1:], theirs[1:], strict=True):
        torch.testing.assert_close(own, other, rtol=1e-5, atol=1e-5)


def test_two_that_are_equal_pull_at_nothing():
    a = torch.ones(1, 4, 2, requires_grad=True)
    found = linf_distances(a, torch.ones(1, 4, 3))
    assert found.abs().max() == 0
    found.sum().backward()
    assert torch.isfinite(a.grad).all()


def test_strided_and_nothing():
    a, c = (x.transpose(1, 2).contiguous().transpose(1, 2) for x in sets(3, 2, 6, 4, 7))
    assert torch.equal(linf_distances(a, c), reference(a, c))
    assert linf_distances(a[:, :, :0], c).shape == (2, 0, 7)


def test_float64_is_pytorchs_and_autocast_changes_nothing():
    a, c = sets(4, 1, 5, 3, 4, torch.float64)
    assert torch.autograd.gradcheck(linf_distances, (a.requires_grad_(), c.requires_grad_()))
    with torch.autocast("cpu", torch.bfloat16):
        assert linf_distances(a.float(), c.float()).dtype == torch.float32


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
@pytest.mark.parametrize("whole", [False, True])
def test_what_is_not_finite_is_told_as_pytorch_tells_it(value, whole):
    """A training that diverges: no channel decides, and none is written to."""
    a, c = sets(0, 1, 8, 3, 5)
    a[0, slice(None) if whole else 2, 1] = value
    weight = torch.ones(1, 3, 5)
    for mine, theirs in zip(gradients(linf_distances, a, c, weight), gradients(reference, a, c, weight), strict=True):
        assert torch.allclose(mine, theirs, equal_nan=True)


def test_without_numba(monkeypatch):
    a, c = sets(0, 2, 8, 3, 5)
    due = linf_distances(a, c)
    monkeypatch.setattr(module, "_kernels", lambda: None)
    assert torch.equal(linf_distances(a, c), due)


def test_the_objective_is_there_without_numba():
    code = "import sys; sys.modules['numba'] = None; import training.objectives.stable_softmax"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
