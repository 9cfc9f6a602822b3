"""A channels-last map (B, C, H, W) as the kernels of `norm_kernels` see it: its numbers, rows of constants, sums."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.devices import denormals_are_zero

Array = NDArray[Any]
LONGEST = 512
"""The most numbers in a row of the kernels (`norm_kernels.STRIDE`); a row is whole pixels, so channels are no more."""


@cache
def kernels() -> Any:
    """The module of the kernels; None without Numba."""
    try:
        from training.models import norm_kernels
    except ImportError:
        return None
    return norm_kernels


def flat_view(x: Tensor) -> Array:
    """(B, n) numbers of a channels-last map, not copied: float32, or the bits of bfloat16."""
    pixels = x.detach().permute(0, 2, 3, 1).view(len(x), -1)
    return (pixels.view(torch.uint16) if x.dtype == torch.bfloat16 else pixels).numpy()


class NormMap:
    """A map whose channels are normalised in `groups`."""

    def __init__(self, x: Tensor, groups: int) -> None:
        self.flat, self.groups = flat_view(x), groups
        self.images, self.channels = x.shape[:2]
        self.count = self.flat.shape[1] // groups
        """Numbers of a group."""
        self.period = LONGEST - LONGEST % self.channels

    def rows(self, *values: Array) -> Array:
        """(B, C) or (C,) values as rows of the kernels: (B, their number * LONGEST) float32."""
        lines = np.zeros((self.images, len(values), LONGEST), np.float32)
        for line, value in zip(lines.swapaxes(0, 1), values, strict=True):
            line[:, : self.period] = np.tile(value, self.period // self.channels)
        return lines.reshape(self.images, -1)

    def over_groups(self, values: Array) -> Array:
        """(B, C): the sum over each channel's group."""
        grouped = values.reshape(self.images, self.groups, -1)
        return np.broadcast_to(grouped.sum(2, keepdims=True), grouped.shape).reshape(values.shape)

    def statistics(self, eps: float) -> tuple[Array, Array]:
        """Mean and 1 / standard deviation of each channel's group: (B, C) float64 both."""
        origin = _float32(self.flat[:, : self.channels])  # differences to a pixel lose no digits where means are large
        plain, square = self.summed(kernels().moments, 2, self.rows(origin))
        pixels = self.flat.shape[1] // self.channels
        own = origin + plain / pixels
        mean = self.over_groups(own) * self.groups / self.channels
        spread = square - plain**2 / pixels + pixels * (own - mean) ** 2
        return mean, 1 / np.sqrt(self.over_groups(spread) / self.count + eps)

    def summed(self, kernel: Callable[..., None], kinds: int, *inputs: Any) -> Array:
        """(kinds, B, C) float64: the sums that a kernel makes for each channel of each image."""
        sums = np.empty((self._pieces(), kinds, self.period))
        self.each(kernel, *inputs, to=sums)
        return (
            sums.reshape(self.images, -1, kinds, self.period // self.channels, self.channels).sum((1, 3)).swapaxes(0, 1)
        )

    def each(self, kernel: Callable[..., None], *inputs: Any, to: Array) -> None:
        """Run a kernel over all pieces of work, in as many threads as PyTorch uses."""
        pieces = self._pieces()
        threads = min(torch.get_num_threads(), pieces)
        shares = pairwise(pieces * n // threads for n in range(threads + 1))
        jobs = [(self.flat, *inputs, self.period, first, last, to) for first, last in shares]
        if threads == 1:
            kernel(*jobs[0])
            return
        flush = denormals_are_zero()  # threads of a pool keep what they were told last

        def work(job: tuple[Any, ...]) -> None:
            torch.set_flush_denormal(flush)
            kernel(*job)

        list(_pool(threads, os.getpid()).map(work, jobs))

    def _pieces(self) -> int:
        return self.images * -(-self.flat.shape[1] // (kernels().PIECE * self.period))


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Threads of one process: a process that was forked has those of its parent by name alone."""
    return ThreadPoolExecutor(threads, "norm_map")


def _float32(values: Array) -> Array:
    """Numbers of a map, float32."""
    return values if values.dtype == np.float32 else (values.astype(np.uint32) << 16).view(np.float32)
