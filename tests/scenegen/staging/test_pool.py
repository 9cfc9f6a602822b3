"""Drawing models that fit without asking all of them."""

import numpy as np

from scenegen.staging.pool import Pool

IDS = {"chair": tuple(f"chair/{k}" for k in range(50)), "mug": ("mug/0",)}


def draws(pool, count=2000, seed=0):
    rng = np.random.default_rng(seed)
    return [pool.draw(rng) for _ in range(count)]


def test_categories_are_drawn_alike_and_so_are_their_models():
    found = draws(Pool(IDS))
    assert 0.45 < np.mean([c == "mug" for c, _ in found]) < 0.55
    counts = np.unique([i for c, i in found if c == "chair"], return_counts=True)[1]
    assert len(counts) == 50
    assert counts.max() < 3 * counts.mean()


def test_only_what_fits_is_drawn_and_a_category_without_it_is_passed_over():
    found = draws(Pool(IDS, lambda i: i in ("chair/7", "chair/9")))
    assert set(found) == {("chair", "chair/7"), ("chair", "chair/9")}


def test_nothing_is_drawn_where_nothing_fits():
    assert set(draws(Pool(IDS, lambda _: False), 3)) == {None}
    assert draws(Pool({}), 1) == [None]


def test_a_listed_pool_draws_as_one_that_is_asked_of_the_same_models():
    """A category and a number: a run with a library whose split is listed is the same as ever."""
    rng = np.random.default_rng(3)
    category = sorted(IDS)[int(rng.integers(2))]
    assert draws(Pool(IDS), 1, seed=3) == [(category, IDS[category][int(rng.integers(len(IDS[category])))])]
