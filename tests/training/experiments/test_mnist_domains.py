"""Domains and splits of Experiment 1."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from scenegen.evenly import from_first
from training.experiments.colored_mnist.domains import domain_of, split_images


def test_the_sizes_of_the_official_split():
    split = split_images(70_000, 0)
    sizes = [len(part) for part in (split.train, split.validation, split.test, split.unknown)]
    assert sizes == [37_334, 4_666, 4_666, 23_334]
    assert torch.bincount(domain_of(70_000)).tolist() == [23_333, 23_333, 23_334]


@given(st.integers(30, 400), st.integers(0, 5))
def test_every_image_has_one_place(count, seed):
    split = split_images(count, seed)
    parts = torch.cat([split.train, split.validation, split.test, split.unknown])
    assert sorted(parts.tolist()) == list(range(count))
    assert (domain_of(count)[split.unknown] == 2).all()
    assert (domain_of(count)[split.train] < 2).all()


def test_the_seed_decides():
    assert torch.equal(split_images(300, 1).test, split_images(300, 1).test)
    assert not torch.equal(split_images(300, 1).test, split_images(300, 2).test)


def test_some_images_are_of_all_domains():
    test = split_images(3000, 0).test
    assert torch.bincount(domain_of(3000)[test[from_first(len(test), 40)]]).tolist() == [20, 20]
