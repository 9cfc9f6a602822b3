"""Nearest neighbours against brute force in float64, near ties and other traps of float32 included."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from training.errors import TrainingError
from training.evaluation import nearest as module
from training.evaluation.nearest import Distance, mutual, nearest, pairwise, ranks

METRIC = {"l2": "euclidean", "l1": "cityblock", "linf": "chebyshev"}
DISTANCES: tuple[Distance, ...] = ("l2", "l1", "linf")


def brute(queries, bank, distance):
    """Distances by SciPy in float64, rounded to float32."""
    return cdist(queries.double().numpy(), bank.double().numpy(), METRIC[distance]).astype(np.float32)


def cloud(seed, count, dims, kind):
    """Descriptors: plain, far from the origin with tiny differences, few distinct values (ties), or all equal."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, dims))
    made = {
        "plain": x,
        "offset": 1000 + 1e-2 * x,
        "coarse": rng.integers(0, 2, (count, dims)) / 2,
        "bits": np.sign(x) / 4 + 1e-6 * x,
        "constant": np.full_like(x, 0.37),
        "tiny": 1e-25 * x,
        "huge": 1e25 * x,
    }
    return torch.from_numpy(made[kind].astype(np.float32))


KINDS = ("plain", "offset", "coarse", "bits", "constant", "tiny", "huge")


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(DISTANCES),
    st.sampled_from(KINDS),
    st.integers(0, 2**32 - 1),
    st.integers(1, 90),
    st.sampled_from([1, 3, 32, 147]),
    st.sampled_from([1, 37, 1000, 1 << 20]),
)
def test_nearest_and_ranks_equal_brute_force(distance, kind, seed, count, dims, entries):
    both = cloud(seed, count + 20, dims, kind)
    queries, bank = both[:20], both[20:]
    table = brute(queries, bank, distance)
    index, value = nearest(queries, bank, distance, entries)
    assert index.tolist() == table.argmin(1).tolist()  # NumPy's argmin takes the lowest index too
    assert np.array_equal(value.numpy(), table.min(1))
    true = torch.from_numpy(np.random.default_rng(seed).integers(0, count, 20))
    limit = pairwise(queries, bank[true], distance)
    rank = ranks(queries, bank, limit, distance, entries)
    assert rank.closer.tolist() == (table < limit.numpy()[:, None]).sum(1).tolist()
    assert rank.equal.tolist() == (table == limit.numpy()[:, None]).sum(1).tolist()


def test_the_plain_matrix_product_would_have_been_wrong():
    # Guards the test above: without re-evaluation these descriptors do flip the answer.
    both = cloud(3, 2020, 32, "bits")
    queries, bank = both[:20] + 3, both[20:] + 3
    product = (queries**2).sum(1)[:, None] + (bank**2).sum(1) - 2 * queries @ bank.T
    table = brute(queries, bank, "l2")
    assert (product.argmin(1).numpy() != table.argmin(1)).any()
    assert nearest(queries, bank)[0].tolist() == table.argmin(1).tolist()


@pytest.mark.parametrize("entries", [1, 50, 1 << 23])
def test_no_intermediate_exceeds_the_bound(entries, monkeypatch):
    seen = []
    block = module._block
    monkeypatch.setattr(module, "_block", lambda *a: (seen.append(len(a[0]) * len(a[1])), block(*a))[1])
    nearest(torch.rand(30, 4), torch.rand(70, 4), entries=entries)
    assert max(seen) <= max(entries, 1)
    assert sum(seen) == 30 * 70


def test_low_precision_modes_neither_matter_nor_are_changed():
    both = cloud(1, 520, 64, "offset")
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        with torch.autocast("cpu", torch.bfloat16):
            index, value = nearest(both[:20], both[20:])
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(before)
    assert value.dtype == torch.float32
    assert index.tolist() == brute(both[:20], both[20:], "l2").argmin(1).tolist()


@pytest.mark.parametrize("distance", DISTANCES)
def test_mutual_goes_there_and_back(distance):
    bank0, bank1 = torch.randn(60, 8), torch.randn(80, 8)
    there, value, back = mutual(bank0[10:30], bank0, bank1, distance)
    table = brute(bank0, bank1, distance)
    assert there.tolist() == table[10:30].argmin(1).tolist()
    assert np.array_equal(value.numpy(), table[10:30].min(1))
    assert back.tolist() == table.argmin(0)[there].tolist()


def test_a_permuted_bank_is_matched_to_itself():
    bank = torch.randn(200, 16)
    order = torch.randperm(200, generator=torch.Generator().manual_seed(0))
    there, value, back = mutual(bank, bank, bank[order])
    assert torch.equal(order[there], torch.arange(200))
    assert torch.equal(back, torch.arange(200))
    assert value.max() == 0


def test_bad_descriptors_are_refused():
    good = torch.rand(3, 2)
    with pytest.raises(TypeError, match="not float32"):
        nearest(good.half(), good)
    with pytest.raises(ValueError, match="the bank holds no descriptor"):
        nearest(good, good[:0])
    with pytest.raises(TrainingError, match=r"NaN or infinity: the network has diverged"):
        nearest(good, good.log() * torch.nan)


def test_no_queries_give_no_answers():
    index, value = nearest(torch.zeros(0, 4), torch.rand(5, 4))
    assert index.shape == value.shape == (0,)
