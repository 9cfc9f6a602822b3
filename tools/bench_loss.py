"""Time, memory traffic and peak memory of the within term, forward and backward: fused, eager, torch.compile'd.

    python tools/bench_loss.py                     (B = 32, D = 32, 256 x 256 on a GPU, a small version on a CPU)
    python tools/bench_loss.py --p 2 --dtype float32

The bound is the least traffic that any implementation needs, over the bandwidth of a plain copy measured in the same
run: each descriptor and mask is read once, distances (and the codes of p = inf) are written and read, one gradient
map is written, the other set to zero and added to at one 32-byte sector per pair. `GB/s` is that traffic over the
measured time. Ratios can be compared between machines; times cannot.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import torch
from torch import Tensor

from training.objectives import fused, stable
from training.objectives.pixel_pairs import PixelPairs

Step = Callable[[], object]


def arguments() -> argparse.Namespace:
    """The command line; sizes left out depend on the device."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, help="pairs (32 on a GPU, 2 on a CPU)")
    parser.add_argument("--size", type=int, help="side of the square feature maps (256 on a GPU, 64 on a CPU)")
    parser.add_argument("--channels", type=int, default=32)
    parser.add_argument("--p", choices=("inf", "1", "2"), default="inf")
    parser.add_argument("--scale", choices=("paper", "official"), default="paper")
    parser.add_argument("--dtype", choices=("bfloat16", "float16", "float32"), help="bfloat16 on a GPU, else float32")
    parser.add_argument("--layout", choices=("channels_last", "contiguous"), default="channels_last")
    parser.add_argument("--repeats", type=int, default=20)
    chosen = parser.parse_args()
    large = chosen.device != "cpu"
    chosen.batch = chosen.batch or (32 if large else 2)
    chosen.size = chosen.size or (256 if large else 64)
    chosen.dtype = getattr(torch, chosen.dtype or ("bfloat16" if large else "float32"))
    return chosen


def make_features(chosen: argparse.Namespace, generator: torch.Generator) -> Tensor:
    """One random (B, D, H, W) feature map."""
    shape = (chosen.batch, chosen.channels, chosen.size, chosen.size)
    layout = torch.channels_last if chosen.layout == "channels_last" else torch.contiguous_format
    features = torch.randn(shape, generator=generator, device=chosen.device).to(chosen.dtype)
    return features.contiguous(memory_format=layout).requires_grad_()


def make_matches(chosen: argparse.Namespace, generator: torch.Generator) -> PixelPairs:
    """Every pixel of view 0 once, in order, with a random pixel of view 1; a quarter are positives."""
    shape, device = (chosen.batch, chosen.size**2), chosen.device
    pixel = torch.arange(chosen.size**2, device=device).expand(shape)
    target = torch.randint(chosen.size**2, shape, generator=generator, device=device)
    return PixelPairs(
        xy0=torch.stack((pixel % chosen.size, pixel // chosen.size), dim=2).int(),
        xy1=torch.stack((target % chosen.size, target // chosen.size), dim=2).float(),
        positive=torch.rand(shape, generator=generator, device=device) < 0.25,
        valid=torch.ones(shape, dtype=torch.bool, device=device),
    )


def least_traffic(chosen: argparse.Namespace) -> int:
    """Bytes of the bound, forward and backward."""
    pairs = chosen.batch * chosen.size**2
    row = chosen.channels * chosen.dtype.itemsize
    again = 0 if chosen.p == "inf" else 2 * row
    code = 1 if chosen.p == "inf" else 0
    forward = 2 * row + 4 + 2 + 2 + code  # descriptors, index, two masks, distance, code
    backward = again + 2 * row + (64 if chosen.p == "inf" else 2 * row) + 8
    return pairs * (forward + backward)


def steps(chosen: argparse.Namespace, features: list[Tensor], matches: PixelPairs) -> dict[str, Step]:
    """One forward and backward pass of each implementation."""

    def step(within: Callable[..., Tensor], *more: torch.dtype) -> Step:
        def run() -> None:
            torch.autograd.grad(within(*features, matches, chosen.p, chosen.scale, *more).sum(), features)

        return run

    rows = {"eager": step(stable.within), "torch.compile": step(torch.compile(stable.within))}
    if chosen.device == "cpu" or not fused.available():
        print(f"{'fused':<24}  not here: it needs CUDA and Triton")
        return rows
    rows = {"fused": step(fused.within_fused)} | rows
    if chosen.dtype != torch.float32:
        rows["fused, sums in " + str(chosen.dtype).removeprefix("torch.")] = step(fused.within_fused, chosen.dtype)
    return rows


def seconds(run: Step, device: str, repeats: int) -> float:
    """Median time of a step after three that warm up."""
    times = []
    for _ in range(repeats + 3):
        wait(device)
        start = time.perf_counter()
        run()
        wait(device)
        times.append(time.perf_counter() - start)
    return median(times[3:])


def wait(device: str) -> None:
    """Until the device has done what it was asked for."""
    if device != "cpu":
        torch.cuda.synchronize(device)


def copy_bandwidth(device: str, repeats: int) -> float:
    """Bytes per second that a copy reads and writes."""
    source = torch.ones(2**28 if device != "cpu" else 2**25, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * len(source) / seconds(lambda: target.copy_(source), device, repeats)


def peak_bytes(run: Step, device: str) -> int:
    """Memory that a step adds to what was there."""
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    run()
    return torch.cuda.max_memory_allocated(device) - before


def report(name: str, run: Step, chosen: argparse.Namespace, traffic: int, bound: float) -> None:
    """Prints one row of the table."""
    try:
        took = seconds(run, chosen.device, chosen.repeats)
    except Exception as error:  # torch.compile needs a compiler, the plain version a lot of memory
        print(f"{name:<24}  not here: {type(error).__name__}: {str(error).splitlines()[0]}")
        return
    peak = f"{peak_bytes(run, chosen.device) / 2**20:9.0f}" if chosen.device != "cpu" else f"{'-':>9}"
    print(f"{name:<24}{took * 1e3:10.3f}{traffic / took / 1e9:10.1f}{took / bound:10.2f}{peak}")


def main() -> None:
    """Measure everything in one run."""
    chosen = arguments()
    generator = torch.Generator(chosen.device).manual_seed(0)
    features = [make_features(chosen, generator) for _ in range(2)]
    matches = make_matches(chosen, generator)
    traffic, bandwidth = least_traffic(chosen), copy_bandwidth(chosen.device, chosen.repeats)
    bound = traffic / bandwidth
    print(
        f"B {chosen.batch}, D {chosen.channels}, {chosen.size} x {chosen.size}, p {chosen.p}, {chosen.scale}, ", end=""
    )
    print(f"{chosen.dtype}, {chosen.layout}, torch {torch.__version__}, {device_name(chosen.device)}")
    print(f"copy {bandwidth / 1e9:.1f} GB/s; least traffic {traffic / 1e6:.1f} MB; bound {bound * 1e3:.3f} ms\n")
    print(f"{'':<24}{'ms':>10}{'GB/s':>10}{'x bound':>10}{'peak MiB':>9}")
    for name, run in steps(chosen, features, matches).items():
        report(name, run, chosen, traffic, bound)


def device_name(device: str) -> str:
    """What the figures were measured on."""
    return "one CPU" if device == "cpu" else torch.cuda.get_device_name(device)


if __name__ == "__main__":
    main()
