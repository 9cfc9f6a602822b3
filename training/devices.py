"""Choosing the device of a run."""

import torch

from training.errors import RequestError
from training.settings import Precision


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
    return device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_avx512_bf16_supported())


def network_arithmetic(device: torch.device, precision: Precision) -> torch.autocast:
    """The context of a network's pass: bfloat16 where the run asks for it and the device computes in it."""
    half = precision == "bfloat16" and computes_in_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=half)
