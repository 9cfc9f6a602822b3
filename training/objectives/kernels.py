"""Triton kernels of the stable loss: distances of pairs of pixels, their sums, and the gradients of the features.

Import this module only where Triton is installed; `fused` does so on its first call. A program handles BLOCK pairs
of one sample, and the programs of a sample follow one another, so its two feature maps stay in the GPU's cache
while they are gathered from. Arithmetic is float32 whatever the features are stored in. Offsets inside a sample
are 32-bit (D * H * W < 2^31), those of the sample itself 64-bit.

Arguments that all kernels share:

- `size` (B, N, H, W): samples, pairs in each, size of the feature maps.
- `xy0`, `xy1` (B, N, 2) of any number type, contiguous: the pixels of a pair; `positive`, `valid` (B, N) bool.
- `steps0`, `steps1`: elements from one (sample, channel, row, column) to the next, of features or of gradients.
- `KIND`: the distance before FACTOR: "max" (p = inf), "sum" (p = 1), "root" (p = 2), "square" (p = 2, no root).
- `D`, `WIDTH`: channels, and the power of two that holds them.
"""

# pyright: reportMissingImports=false
# Triton comes with the CUDA builds of PyTorch only.
import triton
import triton.language as tl


@triton.jit
def _nearest(xy: tl.tensor, at: tl.tensor, keep: tl.tensor, limit: tl.tensor) -> tl.tensor:
    """The pixel whose square holds a coordinate (halves go up, as `gather` has it), moved inside [0, limit)."""
    value = tl.load(xy + at, mask=keep, other=0).to(tl.float32)
    return tl.minimum(tl.maximum(tl.floor(value + 0.5).to(tl.int32), 0), limit - 1)


@triton.jit
def _pairs(valid: tl.tensor, size: tl.tuple, BLOCK: tl.constexpr) -> tl.tuple:
    """The program's sample (int64), the (BLOCK,) flat numbers of its pairs (int64), and which of them count."""
    sample = tl.program_id(1).to(tl.int64)
    point = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    pair = sample * size[1] + point
    return sample, pair, tl.load(valid + pair, mask=point < size[1], other=0) != 0


@triton.jit
def _pixels(base: tl.tensor, steps: tl.tuple, xy: tl.tensor, sample: tl.tensor, pair: tl.tensor, keep: tl.tensor,
            size: tl.tuple) -> tl.tensor:  # fmt: skip
    """(BLOCK,) pointers to channel 0 of the pixels `xy` in the map at `base`."""
    x, y = _nearest(xy, 2 * pair, keep, size[3]), _nearest(xy, 2 * pair + 1, keep, size[2])
    return base + sample * steps[0] + (y * steps[2] + x * steps[3])


@triton.jit
def _channels(pixels: tl.tensor, steps: tl.tuple, keep: tl.tensor, D: tl.constexpr, WIDTH: tl.constexpr) -> tl.tuple:
    """(BLOCK, WIDTH) pointers to every channel of the pixels, and which of them are there."""
    channel = tl.arange(0, WIDTH)
    return pixels[:, None] + (channel * steps[1])[None, :], keep[:, None] & (channel < D)[None, :]


@triton.jit
def _difference(pixels0: tl.tensor, pixels1: tl.tensor, steps0: tl.tuple, steps1: tl.tuple, keep: tl.tensor,
                D: tl.constexpr, WIDTH: tl.constexpr) -> tl.tensor:  # fmt: skip
    """(BLOCK, WIDTH) float32 difference of two descriptors; 0 where there are none."""
    from0, there = _channels(pixels0, steps0, keep, D, WIDTH)
    from1, there = _channels(pixels1, steps1, keep, D, WIDTH)
    first = tl.load(from0, mask=there, other=0.0).to(tl.float32)
    return first - tl.load(from1, mask=there, other=0.0).to(tl.float32)


@triton.jit
def _farthest(difference: tl.tensor, WIDTH: tl.constexpr) -> tl.tuple:
    """The largest absolute difference, and its code: ±(channel + 1) with the difference's sign, 0 for no difference.

    The first of equals, as torch.max. A NaN in any channel makes the distance NaN: a maximum alone may pass it over
    and hide a broken network.
    """
    magnitude = tl.abs(difference)
    largest, channel = tl.max(magnitude, axis=1, return_indices=True)
    here = tl.arange(0, WIDTH)[None, :] == channel[:, None]
    signed = tl.sum(tl.where(here, difference, 0.0), axis=1)
    code = (channel + 1) * ((signed > 0).to(tl.int32) - (signed < 0).to(tl.int32))
    total = tl.sum(magnitude, axis=1)
    return tl.where(total != total, total, largest), code


@triton.jit
def _norm(difference: tl.tensor, KIND: tl.constexpr) -> tl.tensor:
    """(BLOCK,) distances of the kinds that use every channel."""
    norm = tl.sum(tl.abs(difference) if KIND == "sum" else difference * difference, axis=1)
    return tl.sqrt(norm) if KIND == "root" else norm


@triton.jit
def forward(features0: tl.tensor, features1: tl.tensor, steps0: tl.tuple, steps1: tl.tuple, xy0: tl.tensor,
            xy1: tl.tensor, positive: tl.tensor, valid: tl.tensor, size: tl.tuple, distances: tl.tensor,
            codes: tl.tensor, partial: tl.tensor, FACTOR: tl.constexpr, KIND: tl.constexpr, D: tl.constexpr,
            WIDTH: tl.constexpr, BLOCK: tl.constexpr) -> None:  # fmt: skip
    """Stores distances (B, N) float32, codes (B, N) for "max", and partial sums (B, blocks, 2) float32.

    The two sums of a block: d + d² over positives, and (d - 1/2)² over negatives. That is -d + d² of Eq. 2 but for
    a constant that would cost digits: near the optimum the squares are small and -d + d² is not.
    """
    sample, pair, keep = _pairs(valid, size, BLOCK)
    near = tl.load(positive + pair, mask=keep, other=0) != 0
    pixels0 = _pixels(features0, steps0, xy0, sample, pair, keep, size)
    pixels1 = _pixels(features1, steps1, xy1, sample, pair, keep, size)
    difference = _difference(pixels0, pixels1, steps0, steps1, keep, D, WIDTH)
    if KIND == "max":
        norm, code = _farthest(difference, WIDTH)
        tl.store(codes + pair, code.to(codes.dtype.element_ty), mask=keep)
    else:
        norm = _norm(difference, KIND)
    d = FACTOR * norm
    tl.store(distances + pair, d, mask=keep)
    slot = partial + 2 * (sample * tl.num_programs(0) + tl.program_id(0))
    tl.store(slot, tl.sum(tl.where(near, d + d * d, 0.0), axis=0))
    tl.store(slot + 1, tl.sum(tl.where(keep & (near == 0), (d - 0.5) * (d - 0.5), 0.0), axis=0))


@triton.jit
def _slope(d: tl.tensor, upstream: tl.tensor, positive: tl.tensor, sample: tl.tensor, pair: tl.tensor,
           keep: tl.tensor) -> tl.tensor:  # fmt: skip
    """(BLOCK,) derivative of the objective by each distance; `upstream` (B, 2) is its derivative by the sums."""
    near = tl.load(positive + pair, mask=keep, other=0) != 0
    by_near, by_far = tl.load(upstream + 2 * sample), tl.load(upstream + 2 * sample + 1)
    return tl.where(near, by_near * (1 + 2 * d), by_far * (2 * d - 1))


@triton.jit
def _add(pointers: tl.tensor, values: tl.tensor, mask: tl.tensor) -> None:
    """Adds to memory; pairs that share a pixel come in any order."""
    tl.atomic_add(pointers, values.to(pointers.dtype.element_ty), mask=mask, sem="relaxed")


@triton.jit
def backward_max(gradient0: tl.tensor, gradient1: tl.tensor, steps0: tl.tuple, steps1: tl.tuple, xy0: tl.tensor,
                 xy1: tl.tensor, positive: tl.tensor, valid: tl.tensor, size: tl.tuple, distances: tl.tensor,
                 codes: tl.tensor, upstream: tl.tensor, FACTOR: tl.constexpr, BLOCK: tl.constexpr) -> None:  # fmt: skip
    """Adds the gradients of "max": one channel per pair, known from its code; no feature is read again."""
    sample, pair, keep = _pairs(valid, size, BLOCK)
    d = tl.load(distances + pair, mask=keep, other=0.0)
    code = tl.load(codes + pair, mask=keep, other=0).to(tl.int32)
    slope = FACTOR * _slope(d, upstream, positive, sample, pair, keep)
    change = tl.where(code > 0, slope, -slope)
    channel = tl.abs(code) - 1
    pixels0 = _pixels(gradient0, steps0, xy0, sample, pair, keep, size)
    pixels1 = _pixels(gradient1, steps1, xy1, sample, pair, keep, size)
    _add(pixels0 + channel * steps0[1], change, keep & (code != 0))
    _add(pixels1 + channel * steps1[1], -change, keep & (code != 0))


@triton.jit
def _direction(difference: tl.tensor, norm: tl.tensor, KIND: tl.constexpr) -> tl.tensor:
    """(BLOCK, WIDTH) derivative of each pair's norm by its first descriptor; 0 where there is none."""
    if KIND == "sum":
        direction = (difference > 0).to(tl.float32) - (difference < 0).to(tl.float32)
    elif KIND == "root":
        direction = difference / tl.where(norm == 0.0, 1.0, norm)[:, None]
    else:
        direction = 2 * difference
    return direction


@triton.jit
def backward_all(features0: tl.tensor, features1: tl.tensor, steps0: tl.tuple, steps1: tl.tuple, gradient0: tl.tensor,
                 gradient1: tl.tensor, gradient_steps0: tl.tuple, gradient_steps1: tl.tuple, xy0: tl.tensor,
                 xy1: tl.tensor, positive: tl.tensor, valid: tl.tensor, size: tl.tuple, distances: tl.tensor,
                 upstream: tl.tensor, FACTOR: tl.constexpr, KIND: tl.constexpr, D: tl.constexpr,
                 WIDTH: tl.constexpr, BLOCK: tl.constexpr) -> None:  # fmt: skip
    """Adds the gradients of the kinds that use every channel; the features are gathered a second time."""
    sample, pair, keep = _pairs(valid, size, BLOCK)
    d = tl.load(distances + pair, mask=keep, other=0.0)
    pixels0 = _pixels(features0, steps0, xy0, sample, pair, keep, size)
    pixels1 = _pixels(features1, steps1, xy1, sample, pair, keep, size)
    difference = _difference(pixels0, pixels1, steps0, steps1, keep, D, WIDTH)
    slope = FACTOR * _slope(d, upstream, positive, sample, pair, keep)
    change = slope[:, None] * _direction(difference, d / FACTOR, KIND)
    pixels0 = _pixels(gradient0, gradient_steps0, xy0, sample, pair, keep, size)
    pixels1 = _pixels(gradient1, gradient_steps1, xy1, sample, pair, keep, size)
    to0, there = _channels(pixels0, gradient_steps0, keep, D, WIDTH)
    to1, there = _channels(pixels1, gradient_steps1, keep, D, WIDTH)
    _add(to0, change, there)
    _add(to1, -change, there)
