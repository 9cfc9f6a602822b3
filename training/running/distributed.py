"""One process or several under torchrun: who we are, how to average, who may write.

    torchrun --nproc-per-node 2 -m training fit --shards DIR --out RUN

The batch of a step is split over the processes, and each pair has the windows, changes and negatives of its place in
the whole batch (`training.running.places`): the same command does the same steps with any number of processes, but for
the order of float32 sums, and a run can go on with another number. On GPUs the masks of dropout differ besides.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from training.errors import RequestError, TrainingError
from training.running.places import Places


@dataclass(frozen=True)
class World:
    """The processes of a run, seen from one of them."""

    rank: int = 0
    """Number of this process."""
    size: int = 1
    """Number of processes."""
    local_rank: int = 0
    """Number of this process on its machine."""

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes and prints."""
        return self.rank == 0

    @property
    def places(self) -> Places:
        """Which pairs of a batch fall to this process."""
        return Places(self.rank, self.size)

    def share(self, batch: int) -> int:
        """Pairs of a batch that fall to this process. Raises RequestError where it cannot be split evenly."""
        if batch % self.size:
            raise RequestError(f"--batch {batch}: cannot be split over {self.size} processes; use a multiple")
        return batch // self.size

    def mean(self, values: Tensor) -> Tensor:
        """The mean over the processes; every process must call it."""
        if self.size == 1:
            return values
        total = values.clone()
        dist.all_reduce(total)
        return total / self.size

    def wait(self) -> None:
        """Wait for all processes."""
        if self.size > 1:
            dist.barrier()


def from_environment() -> World:
    """The place that torchrun gave this process; one process alone without it."""
    return World(*(int(os.environ.get(name, default)) for name, default in _VARIABLES))


_VARIABLES = (("RANK", "0"), ("WORLD_SIZE", "1"), ("LOCAL_RANK", "0"))


_LOST = ("Connection closed by peer", "Connection reset by peer", "Broken pipe", "NCCL", "Timed out")
"""What gloo and nccl say, in plain RuntimeErrors, when a process that they wait for is gone."""


@contextmanager
def connected(world: World, device: torch.device) -> Iterator[World]:
    """Connect the processes: nccl between GPUs, gloo between CPUs. Nothing happens for one process alone.

    Raises TrainingError where another process has ended in the middle of the run.
    """
    if world.size == 1:
        yield world
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield world
    except RuntimeError as error:
        if not any(sign in str(error) for sign in _LOST):
            raise
        raise TrainingError(
            f"process {world.rank} of {world.size}: another process of the run has ended; its own words say why; "
            "the same command goes on from the last checkpoint, with as many processes or others"
        ) from None
    finally:
        dist.destroy_process_group()


def replicated(model: nn.Module, world: World, device: torch.device) -> nn.Module:
    """The model as each step calls it: gradients are averaged over the processes; unchanged for one process."""
    if world.size == 1:
        return model
    devices = [device] if device.type == "cuda" else None
    return DistributedDataParallel(model, device_ids=devices, broadcast_buffers=False)
