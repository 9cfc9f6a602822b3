"""OpenGL against Embree: same camera, same depth, same instance, alike in colour; clear errors without OpenGL."""

import builtins
import sys

import numpy as np
import pytest
import scenes

from scenegen.assets.mesh import WHITE, Material, Mesh, Wrap, texture_from_image
from scenegen.errors import RenderError
from scenegen.geometry import Camera, View, compose, rotation_about
from scenegen.lights import Lighting, PointLight
from scenegen.rendering import open_renderer
from scenegen.rendering.embree_renderer import EmbreeRenderer
from scenegen.tracing.raycaster import Scene

LAMP = Lighting((PointLight((1, -2, 2.2), (0.8, 0.8, 0.8)),), (0.3, 0.3, 0.3), (0.2, 0.2, 0.2))


@pytest.fixture(scope="module")
def opengl():
    try:
        renderer = open_renderer("pyrender")
    except RenderError as error:
        pytest.skip(str(error))
    yield renderer
    renderer.close()


def textured_box():
    """Every face shows a 37 x 21 picture (odd rows on purpose), with flat faces wound inwards on one side."""
    box = scenes.box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))
    coarse = np.random.default_rng(3).integers(30, 220, (7, 9, 3)).astype(np.uint8)
    image = np.ascontiguousarray(np.repeat(np.repeat(coarse, 3, 0), 5, 1)[:, :37])
    corners = box.vertices[box.faces].reshape(-1, 3)
    faces = np.arange(36, dtype=np.int32).reshape(-1, 3)
    faces[:4] = faces[:4, ::-1]
    uv = (corners[:, :2] + corners[:, 2:] * [0.7, -0.4] * 2).astype(np.float32)
    materials = (Material("picture", WHITE, texture_from_image(image)), Material("plain", (0.9, 0.3, 0.2)))
    return Mesh(corners, faces, np.arange(12, dtype=np.int32) // 8, materials, uv=uv)


def smooth_ball():
    ball = scenes.sphere(rings=32)
    normals = (ball.vertices / np.linalg.norm(ball.vertices, axis=1, keepdims=True)).astype(np.float32)
    colors = np.rint(127.5 * (normals + 1)).astype(np.uint8)
    return Mesh(ball.vertices, ball.faces, ball.face_material, (Material("w", (1, 1, 1)),), normals, colors=colors)


@pytest.fixture(scope="module")
def stage():
    room = scenes.inside_out(scenes.box((-3, -3, 0), (3, 3, 2.5)))
    box, ball = textured_box(), smooth_ball()
    turned = compose(rotation_about([1, 2, 0.5], 0.9), [0.3, 0.4, 0.9], 0.9)
    return Scene(
        (
            scenes.body(room, 1),
            scenes.body(box, 2, turned),
            scenes.body(ball, 300, compose(translation=[-0.8, -0.3, 0.6], scale=0.4)),
            scenes.body(ball, 4, compose(rotation_about([0, 1, 0], 2.0), [0.9, -0.8, 0.5], 0.3)),
        )
    )


@pytest.fixture(scope="module", params=[(320, 240, 1.0), (161, 119, 1.0), (161, 119, 1.2)])
def frames(request, opengl, stage):
    """Two sizes of square pixels, and pixels that are higher than wide."""
    width, height, stretch = request.param
    square = scenes.view((2.0, -2.2, 1.6), (0, 0, 0.7), size=(width, height), f_px=width * 0.8, roll_rad=0.1)
    view = View(Camera(width, height, square.camera.K * np.array([[1], [stretch], [1]])), square.T_world_cam)
    return opengl.render(stage, view, LAMP), EmbreeRenderer().render(stage, view, LAMP)


def away_from_edges(frame):
    """(H, W) pixels whose eight neighbours show the same instance at nearly the same depth."""
    keep = np.zeros(frame.instance.shape, bool)
    keep[1:-1, 1:-1] = True
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            near = np.roll(frame.instance, (dy, dx), (0, 1)) == frame.instance
            keep &= near & (np.abs(np.roll(frame.depth, (dy, dx), (0, 1)) - frame.depth) < 0.05)
    return keep


def test_depth_and_instance_agree_with_embree(frames):
    gl, embree = frames
    keep = away_from_edges(embree)
    assert keep.mean() > 0.6
    assert (np.abs(gl.depth - embree.depth)[keep] < 1e-3).mean() >= 0.999
    assert (gl.instance == embree.instance)[keep].mean() >= 0.999
    assert (gl.instance == embree.instance).mean() > 0.995
    assert set(np.unique(gl.instance)) == {1, 2, 4, 300}


def test_colors_and_normals_agree_away_from_edges(frames):
    gl, embree = frames
    keep = away_from_edges(embree)
    difference = np.abs(gl.rgb.astype(int) - embree.rgb)[keep]
    assert np.quantile(difference, 0.9) <= 3
    assert difference.mean() < 3
    box = keep & (embree.instance == 2)
    assert np.abs(gl.rgb.astype(int) - embree.rgb)[box].mean() < 8
    assert np.quantile(np.abs(gl.normal.astype(int) - embree.normal)[keep], 0.95) <= 3


PATTERN = np.kron(
    np.array([[[230, 40, 40], [40, 200, 40]], [[40, 40, 220], [200, 200, 60]]], np.uint8),
    np.ones((16, 16, 1), np.uint8),
)
"""Texels large enough that filters do not matter."""
WRAPS: list[tuple[Wrap, Wrap]] = [("repeat", "repeat"), ("mirror", "clamp"), ("clamp", "mirror")]
LOOKS = [
    *(Material("w", (1.0, 1.0, 1.0), texture_from_image(PATTERN, wrap)) for wrap in WRAPS),
    Material("tinted", (0.9, 0.5, 0.3), texture_from_image(PATTERN)),
    Material("unlit", (0.8, 0.7, 0.9), texture_from_image(PATTERN), emission=1.0),
    Material("lamp", (0.1, 0.1, 0.1), glow=(0.3, 0.15, 0.05)),
    Material(
        "screen",
        (0.0, 0.0, 0.0),
        glow=(1.5, 1.0, 1.2),
        glow_texture=texture_from_image(PATTERN // 2, ("clamp", "clamp")),
    ),
    Material("plain", (0.6, 0.5, 0.2)),
]


def looked_wall(material, colors=None):
    """A wall of 3 x 3 m across the y axis; the texture's square is its middle square metre."""
    vertices = np.array([[-1.5, 0, -1.5], [1.5, 0, -1.5], [1.5, 0, 1.5], [-1.5, 0, 1.5]], np.float32)
    uv = np.array([[-1, -1], [2, -1], [2, 2], [-1, 2]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    return Mesh(vertices, faces, np.zeros(2, np.int32), (material,), uv=uv, colors=colors)


CASES = [(m, False) for m in LOOKS] + [(m, True) for m in LOOKS if m.texture is None]
"""Not textures times vertex colours: there OpenGL multiplies encoded values."""


@pytest.mark.parametrize(("material", "colored"), CASES, ids=lambda v: getattr(v, "name", str(v)))
def test_looks_agree_with_embree(opengl, material, colored):
    mesh = looked_wall(material, np.full((4, 3), (250, 180, 90), np.uint8) if colored else None)
    scene = Scene((scenes.body(mesh, 1),))
    view = scenes.view((0.2, -3.5, 0.3), (0, 0, 0), size=(200, 160), f_px=200)
    gl, embree = opengl.render(scene, view, LAMP).rgb.astype(int), EmbreeRenderer().render(scene, view, LAMP).rgb
    assert np.quantile(np.abs(gl - embree), 0.93) <= 2
    assert np.abs(gl - embree).mean() < 3


def test_shapes_types_and_repeatability(opengl, stage, frames):
    gl, embree = frames
    for layer in ("rgb", "depth", "instance", "normal"):
        a, b = getattr(gl, layer), getattr(embree, layer)
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
    assert gl.hits is None


def test_missing_package_is_named(monkeypatch):
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "pyrender":
            raise ModuleNotFoundError("No module named 'pyrender'", name="pyrender")
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "pyrender", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(
        RenderError, match=r"^pyrender renderer: the package pyrender is missing: pip install 'scenegen\[gl\]'"
    ) as error:
        open_renderer("pyrender")
    assert "\n" not in str(error.value)


def test_missing_device_says_what_to_install(opengl, monkeypatch):
    import pyrender

    def fail(*_):
        raise ValueError("Invalid device ID\n(0)")

    monkeypatch.setattr(pyrender, "OffscreenRenderer", fail)
    with pytest.raises(
        RenderError, match=r"OpenGL cannot start on \S+ \(Invalid device ID \(0\)\): install EGL .*libegl1"
    ) as error:
        open_renderer("pyrender")
    assert "\n" not in str(error.value)
