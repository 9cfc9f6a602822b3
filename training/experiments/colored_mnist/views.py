"""Two views of a picture and the pixels that the loss looks at, for a whole batch at once.

The picture is enlarged to a canvas. View 0 looks at it through a homography about its centre, view 1 is an
upright window that is shifted by whole pixels. Coordinates are (x, y), the centre of the first pixel is (0, 0).
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from training.data.augment import augment
from training.experiments.colored_mnist.pictures import SIDE
from training.experiments.colored_mnist.settings import ViewSettings
from training.objectives.pixel_pairs import PixelPairs


def two_views(
    pictures: Tensor, settings: ViewSettings, generator: torch.Generator
) -> tuple[Tensor, Tensor, PixelPairs]:
    """Views (B, 3, 32, 32) twice and the matches of pictures (B, 3, H, W) float32 in [0, 1].

    S is every pixel of view 0 whose source lies on the canvas. Of those that view 1 shows, the share `kept` are
    positives; the others, as all that view 1 does not show, are negatives with a random partner.
    """
    size = (settings.canvas, settings.canvas)
    canvas = functional.interpolate(pictures, size=size, mode="bilinear", align_corners=False)
    warp = draw_warps(len(pictures), settings, generator)
    corner = draw_corners(len(pictures), settings, generator)
    source = sources(warp, settings.canvas)
    views = [look(canvas, source), look(canvas, _grid(generator.device) + corner[:, None].float())]
    if settings.augment != type(settings.augment)():
        pixels = torch.cat(views).mul(255).round().to(torch.uint8)
        views = list(augment(pixels, settings.augment, generator).chunk(2))
    return views[0], views[1], choose_matches(source, corner, settings, generator)


def draw_warps(count: int, settings: ViewSettings, generator: torch.Generator) -> Tensor:
    """(B, 3, 3) homographies of centred coordinates, from view 0 to the canvas."""
    device = generator.device
    angle = torch.rand(count, generator=generator, device=device) * (2 * math.pi if settings.rotate else 0)
    cos, sin = torch.cos(angle), torch.sin(angle)
    forward = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)
    forward = forward + settings.matrix_noise * torch.randn((count, 2, 2), generator=generator, device=device)
    warp = torch.zeros(count, 3, 3, device=device)
    warp[:, :2, :2] = _inverse(forward)
    bend = torch.randn((count, 2), generator=generator, device=device).clamp(-2, 2)
    warp[:, 2, :2] = bend * settings.perspective / (settings.canvas / 2)
    warp[:, 2, 2] = 1
    return warp


def draw_corners(count: int, settings: ViewSettings, generator: torch.Generator) -> Tensor:
    """(B, 2) int64 places of view 1's first pixel on the canvas."""
    middle, shift = (settings.canvas - SIDE) // 2, settings.shift_px
    return torch.randint(middle - shift, middle + shift + 1, (count, 2), generator=generator, device=generator.device)


def sources(warp: Tensor, canvas: int) -> Tensor:
    """(B, 1024, 2) where the pixels of view 0, row by row, look at the canvas."""
    centred = _grid(warp.device) - (SIDE - 1) / 2
    lifted = torch.cat([centred, torch.ones_like(centred[:, :1])], 1) @ warp.transpose(1, 2)
    return lifted[..., :2] / lifted[..., 2:].clamp(min=0.25) + (canvas - 1) / 2


def look(canvas: Tensor, places: Tensor) -> Tensor:
    """Pictures (B, C, 32, 32) of a canvas (B, C, n, n) at places (B, 1024, 2); black outside."""
    scaled = 2 * places.unflatten(1, (SIDE, SIDE)) / (canvas.shape[-1] - 1) - 1
    return functional.grid_sample(canvas, scaled, mode="bilinear", padding_mode="zeros", align_corners=True)


def choose_matches(source: Tensor, corner: Tensor, settings: ViewSettings, generator: torch.Generator) -> PixelPairs:
    """P and N of each pair, from the sources (B, 1024, 2) of view 0 and the corner (B, 2) of view 1."""
    target = source - corner[:, None]
    shown = _within(target, SIDE) & _within(source, settings.canvas)
    chance = torch.rand(shown.shape, generator=generator, device=source.device)
    positive = shown & (chance < settings.kept)
    partner = torch.randint(SIDE, target.shape, generator=generator, device=source.device).float()
    return PixelPairs(
        xy0=_grid(source.device).int().expand(len(source), -1, -1),
        xy1=torch.where(positive[..., None], target, partner),
        positive=positive,
        valid=_within(source, settings.canvas),
    )


def _within(places: Tensor, side: int) -> Tensor:
    """(B, N) whether places (B, N, 2) lie between the centres of the outermost pixels."""
    return ((places >= 0) & (places <= side - 1)).all(-1)


def _grid(device: torch.device) -> Tensor:
    """(1024, 2) pixels of a view, row by row."""
    pixel = torch.arange(SIDE * SIDE, device=device)
    return torch.stack([pixel % SIDE, pixel // SIDE], -1).float()


def _inverse(matrix: Tensor) -> Tensor:
    """Inverse of (B, 2, 2) matrices far from singular; written out, as a solver waits for the GPU."""
    (a, b), (c, d) = matrix.unbind(-2)[0].unbind(-1), matrix.unbind(-2)[1].unbind(-1)
    determinant = a * d - b * c
    adjugate = torch.stack([torch.stack([d, -b], -1), torch.stack([-c, a], -1)], -2)
    return adjugate / determinant[:, None, None]
