"""What is left of a fine pattern on a large atlas, from the file to the picture."""

from dataclasses import replace

import numpy as np
import pytest
import scenes
from PIL import Image

from scenegen.assets.limits import ROOM_LIMITS
from scenegen.assets.reading import read_mesh_file
from scenegen.lights import Lighting
from scenegen.rendering.embree_renderer import EmbreeRenderer
from scenegen.srgb import srgb_to_linear
from scenegen.tracing.raycaster import Scene

TEXELS_PER_M = 819.2
"""An atlas of 8192 x 8192 on 100 square metres: the walls, floor and ceiling of a room."""
SQUARE_M = 0.02
BRIGHT, DARK = 190, 40
"""Below the shoulder of the tone curve."""


def write_wall(folder, side, kind):
    """A wall with a checkered atlas of `side` x `side` texels, and its width in metres."""
    step = (np.arange(side) / TEXELS_PER_M / SQUARE_M).astype(int) % 2
    grey = np.where(step[:, None] == step[None], np.uint8(BRIGHT), np.uint8(DARK))
    options = {"compress_level": 1} if kind == "png" else {"quality": 90}
    Image.fromarray(grey).convert("RGB").save(folder / f"atlas.{kind}", **options)
    half = side / TEXELS_PER_M / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    text = "mtllib a.mtl\nusemtl m\n" + "".join(f"v {x} 0 {z}\n" for x, z in corners)
    (folder / "a.obj").write_text(text + "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3\nf 1/1 3/3 4/4\n")
    (folder / "a.mtl").write_text(f"newmtl m\nmap_Kd atlas.{kind}\n")
    return 2 * half


def contrast(mesh, width_m):
    """Share of the pattern's contrast at the middle of its squares in a picture from 2.4 m, lit evenly."""
    mesh = replace(mesh, materials=tuple(replace(m, emission=1.0) for m in mesh.materials))
    view = scenes.view((0, -2.4, 0), (0, 0, 0), size=(320, 240), f_px=500.0)
    frame = EmbreeRenderer().render(Scene((scenes.body(mesh, 1),)), view, Lighting((), (1, 1, 1), (1, 1, 1)))
    squares = np.arange(-15, 15)
    # squares are counted from the upper left corner of the wall; the picture's middle is the wall's
    first = np.floor(width_m / 2 / SQUARE_M)
    centre = (squares + first + 0.5) * SQUARE_M - width_m / 2
    x, y = np.rint(500 * centre / 2.4 + 159.5).astype(int), np.rint(500 * centre / 2.4 + 119.5).astype(int)
    light = srgb_to_linear(frame.rgb[y[:, None], x[None]] / 255)[..., 1]
    parity = (squares[:, None] + squares[None]) % 2 == 0
    return (light[parity].mean() - light[~parity].mean()) / float(
        srgb_to_linear(np.array(BRIGHT / 255)) - srgb_to_linear(np.array(DARK / 255))
    )


def test_a_checker_of_2_cm_keeps_its_contrast_at_2_4_m(tmp_path):
    """A sixteenth of the wall, and of the budget."""
    width_m = write_wall(tmp_path, 2048, "png")
    sixteenth = replace(ROOM_LIMITS, max_texels=ROOM_LIMITS.max_texels // 16)
    mesh, defects = read_mesh_file(tmp_path / "a.obj", limits=sixteenth)
    assert defects == ()
    assert contrast(mesh, width_m) >= 0.9
    mesh, defects = read_mesh_file(tmp_path / "a.obj", limits=replace(ROOM_LIMITS, max_texels=256 * 256))
    assert [(d.code, d.detail) for d in defects] == [("texture_reduced", "atlas.png: 2048 x 2048 to 256 x 256, 1/8")]
    assert abs(contrast(mesh, width_m)) < 0.8, "the test can tell"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_an_atlas_of_8192_texels_keeps_a_checker_of_2_cm(tmp_path, kind):
    width_m = write_wall(tmp_path, 8192, kind)
    mesh, defects = read_mesh_file(tmp_path / "a.obj")
    assert defects == ()
    assert contrast(mesh, width_m) >= 0.9
