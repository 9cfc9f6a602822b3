"""Choosing the device of a run."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from training.errors import RequestError
from training.settings import Precision

PIECE = 32768
"""Numbers that PyTorch gives a thread at the least (`at::internal::GRAIN_SIZE`)."""


def choose_device(name: str, local_rank: int = 0) -> torch.device:
    """The device of `--device auto | cpu | cuda`: auto takes a GPU where there is one.

    Under torchrun each process takes the GPU of its local rank. Raises RequestError when a GPU was asked for and
    there is none, or fewer than processes.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise RequestError(f"--device {name}: unknown; choose one of auto, cpu, cuda")
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise RequestError(f"--device cuda: no GPU is usable ({_why()}); use --device cpu, or install a CUDA PyTorch")
    if local_rank >= torch.cuda.device_count():
        raise RequestError(
            f"--device cuda: {torch.cuda.device_count()} GPUs for at least {local_rank + 1} processes; "
            "start torchrun with --nproc-per-node equal to the number of GPUs"
        )
    return torch.device("cuda", local_rank)


def _why() -> str:
    """Why PyTorch sees no GPU."""
    if torch.version.cuda is None:
        return f"PyTorch {torch.__version__} was built without CUDA"
    return "PyTorch sees no NVIDIA driver or device"


def describe_device(device: torch.device) -> str:
    """The device in words, for the record of a run: a GPU's name, or the number of CPU threads."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"


def computes_in_bfloat16(device: torch.device) -> bool:
    """Whether arithmetic in bfloat16 is faster than in float32: on a GPU, and on a CPU with instructions for it."""
    return device.type == "cuda" or (device.type == "cpu" and _cpu_has_bfloat16())


def _cpu_has_bfloat16() -> bool:
    """Whether the processor multiplies it; PyTorch tells since it has `get_capabilities`, and told privately before."""
    if hasattr(torch.cpu, "get_capabilities"):
        return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
    return torch.cpu._is_avx512_bf16_supported()


def network_arithmetic(device: torch.device, precision: Precision) -> torch.autocast:
    """The context of a network's pass: bfloat16 where the run asks for it and the device computes in it."""
    half = precision == "bfloat16" and computes_in_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=half)


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """While it is open, a CPU takes what is smaller than 1.2e-38 for 0, in this thread and those that compute for it.

    A CPU takes a hundred times longer over such numbers, and the gradients of a trained objective are full of them:
    those of a sigmoid or softmax at what is long told apart. They move no weight.
    """
    _start_threads()
    before = denormals_are_zero()
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def _start_threads() -> None:
    """Start the threads that compute for this one: a thread has for good the arithmetic of the one that started it."""
    torch.zeros(torch.get_num_threads() * PIECE).add_(1)


def denormals_are_zero() -> bool:
    """Whether this thread takes them for 0; PyTorch does not tell, so a product is tried."""
    return (torch.tensor(1e-38, dtype=torch.float32) * 0.1).item() == 0
