"""The only place of `training` that makes random generators.

Each stream is a function of the seed and of what it is for (epoch, index, step), never of what was
drawn before: a run that is resumed at step 500 needs the number 500 and nothing else. Nor is it one of the number of
processes (`training.running.places`).
"""

from enum import IntEnum

import numpy as np
import torch


class Stream(IntEnum):
    """What a generator is for: the first entry of its key."""

    ORDER = 1
    """The order of the pairs in an epoch: (epoch,)."""
    CROP = 2
    """The windows of one pair: (epoch, pair)."""
    AUGMENT = 3
    """Photometric changes of a batch: (step,)."""
    MATCHES = 4
    """Choosing positives and negatives of a batch: (step,)."""
    DROPOUT = 5
    """The global generator of PyTorch during a step: (step,)."""
    INITIAL = 6
    """Initial weights."""
    EVALUATION = 7
    """Queries, clusters and bootstrap of an evaluation."""
    SPLIT = 8
    """Which images of an experiment train, validate and test: (domain,)."""
    PICTURES = 9
    """Which images an experiment's step takes, their colours and labels: (phase, step)."""
    VIEWS = 10
    """The views and matches that an experiment makes of them: (phase, step)."""
    OBJECTIVE = 11
    """What an objective draws in a step: (step,)."""
    ACROSS = 12
    """Whether a pair is of two samples, and of which: (epoch, pair)."""


def numpy_generator(seed: int, stream: Stream, *key: int) -> np.random.Generator:
    """The NumPy generator of one decision; the same arguments give the same stream."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(stream), *key)))


def torch_seed(seed: int, stream: Stream, *key: int) -> int:
    """A 63-bit seed for PyTorch, made from the same key."""
    words = np.random.SeedSequence(seed, spawn_key=(int(stream), *key)).generate_state(2, np.uint32)
    return (int(words[0]) << 31) ^ int(words[1])


def torch_generator(device: torch.device | str, seed: int, stream: Stream, *key: int) -> torch.Generator:
    """A PyTorch generator on `device` for one decision."""
    return generator_of(device, torch_seed(seed, stream, *key))


def generator_of(device: torch.device | str, seed: int) -> torch.Generator:
    """A PyTorch generator on `device` from a seed that `torch_seed` made."""
    return torch.Generator(device).manual_seed(seed)
