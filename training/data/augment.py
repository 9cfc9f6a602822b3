"""Photometric changes of a batch of pictures on their device, each picture on its own.

First what other light and another camera change (tint, gamma); then in the order of the official pipeline
brightness, contrast, saturation, hue, autocontrast, Gaussian blur, posterise, equalise, greyscale; then what a camera
adds, motion blur and sensor noise. No change moves a pixel.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from kornia.filters import filter2d, gaussian_blur2d
from torch import Tensor

from training.running.places import ALONE, Places
from training.seeding import generator_of
from training.settings import AugmentSettings

BLUR_SIGMA_PX = (1.0, 3.0)
"""Range of the Gaussian blur's sigma."""
BLUR_SIDE = 7
"""Side of its kernel in pixels."""
MOTION_PX = (3.0, 9.0)
"""Range of the length of the motion blur."""
LEVELS = 256
"""Levels of a channel of a stored picture."""
POSTERIZE_STEP = 8
"""Distance of the levels that 5 bits of 8 leave."""
GREY = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in a grey picture (ITU-R BT.601)."""

Change = Callable[[Tensor, Tensor], Tensor]
"""(n, 3, h, w) pictures and (n,) amounts on their device to (n, 3, h, w) changed pictures, a new tensor."""


class _Draws(NamedTuple):
    """(B,) uniform numbers in [0, 1) for each decision."""

    brightness: Tensor
    contrast: Tensor
    saturation: Tensor
    hue: Tensor
    autocontrast: Tensor
    blur: Tensor
    blur_sigma: Tensor
    posterize: Tensor
    equalize: Tensor
    grayscale: Tensor
    motion: Tensor
    motion_length: Tensor
    motion_angle: Tensor
    noise: Tensor


def augment(images: Tensor, settings: AugmentSettings, generator: torch.Generator, places: Places = ALONE) -> Tensor:
    """Change (B, 3, h, w) uint8 pictures, each on its own; (B, 3, h, w) float32 in [0, 1] on the same device.

    All that is drawn comes from `generator`, the same amount whatever the settings, so turning one change on
    leaves the draws of the others as they were. A generator on the CPU serves pictures on any device without
    waiting for it. A picture's draws are those of its place among the pictures of all processes.
    """
    draws, noise_seed, light = _draw(len(images), generator, places)
    x = images.contiguous().float().div_(LEVELS - 1)
    x = _jittered(x, settings.tint, light[:3].T, _tint)
    x = _jittered(x, math.log(settings.gamma), light[3], _gamma)
    x = _jittered(x, settings.brightness, draws.brightness, _brightness)
    x = _jittered(x, settings.contrast, draws.contrast, _contrast)
    x = _jittered(x, settings.saturation, draws.saturation, _saturation)
    x = _jittered(x, settings.hue, draws.hue, shift_hue)
    x = _some(x, settings.autocontrast_p, draws.autocontrast, _autocontrast)
    x = _some(x, settings.blur_p, draws.blur, _blur, draws.blur_sigma)
    x = _some(x, settings.posterize_p, draws.posterize, _posterize)
    x = _some(x, settings.equalize_p, draws.equalize, _equalize)
    x = _some(x, settings.grayscale_p, draws.grayscale, _grayscale)
    motion = torch.stack([draws.motion_length, draws.motion_angle], -1)
    x = _some(x, settings.motion_blur_p, draws.motion, _motion_blur, motion)
    return _noisy(x, settings.noise_std * draws.noise, noise_seed, places) if settings.noise_std else x


def shift_hue(pictures: Tensor, turns: Tensor) -> Tensor:
    """Turn the hue of (n, 3, h, w) pictures by (n,) turns, lightness and saturation kept (HSV in closed form).

    A channel is V - C·clamp(min(k, 4 - k), 0, 1) with k = (5, 3, 1 for red, green, blue + 6 hue) mod 6.
    """
    value, chroma, sixths = _hue(pictures)
    offsets = pictures.new_tensor([5.0, 3.0, 1.0]).view(1, 3, 1, 1) + 6 * _column(turns)
    k = (sixths + offsets).remainder_(6)
    return k.sub_(2).abs_().neg_().add_(2).clamp_(0, 1).mul_(-chroma).add_(value)  # min(k, 4 - k) = 2 - |k - 2|


def motion_kernels(length_px: Tensor, angle_rad: Tensor) -> Tensor:
    """(n, s, s) kernels that spread a pixel along a line through it: lengths (n,), angles (n,) from +x to +y.

    Each kernel is symmetric about its middle, so it moves nothing.
    """
    reach = math.ceil(MOTION_PX[1] / 2)
    offset = torch.arange(-reach, reach + 1, device=length_px.device, dtype=torch.float32)
    y, x = torch.meshgrid(offset, offset, indexing="ij")
    cos, sin = torch.cos(angle_rad).view(-1, 1, 1), torch.sin(angle_rad).view(-1, 1, 1)
    along, across = x * cos + y * sin, y * cos - x * sin
    kernels = (length_px.view(-1, 1, 1) / 2 + 0.5 - along.abs()).clamp(0, 1) * (1 - across.abs()).clamp(0, 1)
    return kernels / kernels.sum((1, 2), keepdim=True)


def _draw(count: int, generator: torch.Generator, places: Places) -> tuple[_Draws, int, Tensor]:
    """All decisions for `count` pictures, on the CPU, where they steer what is done; the seed of the noise; the light.

    The light is (4, count) uniform numbers in [0, 1): red, green, blue, gamma.
    """
    whole = places.whole(count)
    table = torch.rand(len(_Draws._fields), whole, generator=generator, device=generator.device)
    seed = torch.randint(2**62, (), generator=generator, device=generator.device)
    light = torch.rand(4, whole, generator=generator, device=generator.device)
    own_table, own_light = (places.own(drawn.T).T.contiguous().cpu() for drawn in (table, light))
    return _Draws(*own_table), int(seed), own_light


def _jittered(pictures: Tensor, strength: float, draws: Tensor, change: Change) -> Tensor:
    """All pictures changed by amounts between -strength and strength."""
    if not strength:
        return pictures
    return change(pictures, ((2 * draws - 1) * strength).to(pictures.device))


def _some(pictures: Tensor, probability: float, draws: Tensor, change: Change, amounts: Tensor | None = None) -> Tensor:
    """The pictures with those whose draw is below `probability` replaced by their changed selves, in place."""
    chosen = torch.nonzero(draws < probability)[:, 0]
    if not len(chosen):
        return pictures
    amounts = (draws if amounts is None else amounts)[chosen].to(pictures.device)
    chosen = chosen.to(pictures.device)
    return pictures.index_copy_(0, chosen, change(pictures[chosen], amounts))


def _column(amounts: Tensor) -> Tensor:
    """(n,) amounts as (n, 1, 1, 1)."""
    return amounts.view(-1, 1, 1, 1)


def _between(limits: tuple[float, float], amounts: Tensor) -> Tensor:
    """Amounts in [0, 1) as values between two limits."""
    return limits[0] + (limits[1] - limits[0]) * amounts


def _blend(pictures: Tensor, other: Tensor, amounts: Tensor) -> Tensor:
    """Pictures moved away from `other` by a relative amount: -1 is `other` itself."""
    return (pictures - other).mul_(1 + _column(amounts)).add_(other).clamp_(0, 1)


def _grey(pictures: Tensor) -> Tensor:
    """(n, 1, h, w) grey pictures."""
    red, green, blue = pictures.split(1, 1)
    return (GREY[0] * red).add_(green, alpha=GREY[1]).add_(blue, alpha=GREY[2])


def _tint(pictures: Tensor, amounts: Tensor) -> Tensor:
    """Each channel times one plus its own of the amounts (n, 3)."""
    return (pictures * (1 + amounts.view(-1, 3, 1, 1))).clamp_(0, 1)


def _gamma(pictures: Tensor, amounts: Tensor) -> Tensor:
    """To the power of exp(amount): as bright at black and white, darker or lighter between."""
    return pictures.pow(_column(amounts).exp())


def _brightness(pictures: Tensor, amounts: Tensor) -> Tensor:
    return (pictures * (1 + _column(amounts))).clamp_(0, 1)


def _contrast(pictures: Tensor, amounts: Tensor) -> Tensor:
    return _blend(pictures, _grey(pictures).mean((2, 3), keepdim=True), amounts)


def _saturation(pictures: Tensor, amounts: Tensor) -> Tensor:
    return _blend(pictures, _grey(pictures), amounts)


def _hue(pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """V, chroma, and the hue in sixths of the circle, each (n, 1, h, w); grey has hue 0."""
    red, green, blue = pictures.split(1, 1)
    value = pictures.amax(1, keepdim=True)
    chroma = value - pictures.amin(1, keepdim=True)
    scale = 1 / chroma.clamp_min(1e-6)
    sixths = torch.where(green == value, 2 + (blue - red) * scale, 4 + (red - green) * scale)
    return value, chroma, torch.where(red == value, (green - blue) * scale, sixths)


def _autocontrast(pictures: Tensor, _: Tensor) -> Tensor:
    """Each channel stretched to [0, 1]; a channel of one level stays."""
    low, high = pictures.amin((2, 3), keepdim=True), pictures.amax((2, 3), keepdim=True)
    return torch.where(high > low, (pictures - low) / (high - low).clamp_min(1e-6), pictures).clamp_(0, 1)


def _blur(pictures: Tensor, amounts: Tensor) -> Tensor:
    sigma = _between(BLUR_SIGMA_PX, amounts)
    return gaussian_blur2d(pictures, (BLUR_SIDE, BLUR_SIDE), torch.stack([sigma, sigma], -1), "replicate")


def _posterize(pictures: Tensor, _: Tensor) -> Tensor:
    levels = (pictures * (LEVELS - 1)).round_()
    return levels.div_(POSTERIZE_STEP).floor_().mul_(POSTERIZE_STEP / (LEVELS - 1))


def _equalize(pictures: Tensor, _: Tensor) -> Tensor:
    """The histogram of each channel made even (Pillow's rule); a channel that the rule cannot spread stays."""
    levels = (pictures * (LEVELS - 1)).round_().long().flatten(2).flatten(0, 1)
    counts = levels.new_zeros(len(levels), LEVELS).scatter_add_(1, levels, torch.ones_like(levels))
    highest = counts.gather(1, levels.amax(1, keepdim=True))
    step = (counts.sum(1, keepdim=True) - highest) // (LEVELS - 1)
    table = ((counts.cumsum(1) - counts + step // 2) // step.clamp_min(1)).clamp_max_(LEVELS - 1)
    return (torch.where(step > 0, table.gather(1, levels), levels) / (LEVELS - 1)).view_as(pictures)


def _grayscale(pictures: Tensor, _: Tensor) -> Tensor:
    return _grey(pictures).expand_as(pictures)


def _motion_blur(pictures: Tensor, amounts: Tensor) -> Tensor:
    """Amounts (n, 2): length within its range, direction within half a turn, both as shares."""
    length = _between(MOTION_PX, amounts[:, 0])
    return filter2d(pictures, motion_kernels(length, math.pi * amounts[:, 1]), "replicate")


def _noisy(pictures: Tensor, std: Tensor, seed: int, places: Places) -> Tensor:
    """Sensor noise of (B,) standard deviation at white, half of that at black: read noise and shot noise."""
    drawn = pictures.new_empty((places.whole(len(pictures)), *pictures.shape[1:]))
    noise = places.own(drawn.normal_(generator=generator_of(pictures.device, seed)))
    profile = torch.sqrt(0.25 + 0.75 * pictures).mul_(_column(std.to(pictures.device)))
    return noise.mul_(profile).add_(pictures).clamp_(0, 1)
