"""The OpenGL renderer: pyrender draws what is seen, the light is computed as by the Embree renderer.

OpenGL gives depth and instance at the pixels' centres (a pass without multisampling), and albedo, glow
and shading normals with fourfold multisampling (so these are blends at silhouettes). pyrender has no
shadows of point lights and another falloff; therefore its lighting is not used: the same Lambertian
lamps are applied to the buffers, with shadow rays by Embree. Numbers differ from the Embree
renderer by OpenGL's own texture filtering and by edges; bytes depend on the driver.
"""

import os
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.errors import RenderError, UsageError
from scenegen.geometry import View
from scenegen.lights import Lighting
from scenegen.rays import pixel_rays
from scenegen.rendering.embree_renderer import camera_normals, scatter
from scenegen.rendering.frame import BACKGROUND, Frame
from scenegen.rendering.shading import illuminate
from scenegen.rendering.surfels import Surfels
from scenegen.rendering.tone import tone_map
from scenegen.srgb import srgb_to_linear
from scenegen.tracing.raycaster import Body, Scene

F32 = NDArray[np.float32]
NEAR_M = 0.02
"""Nearest depth drawn; the depth buffer then resolves 0.1 mm at 5 m."""
FAR_M = 100.0
_T_CAM_GL = np.diag([1.0, -1.0, -1.0, 1.0])
_DECODE = srgb_to_linear(np.arange(256) / 255).astype(np.float32)
_GREY = (0.5, 0.5, 0.5, 1.0)
# the colour that stands for a normal of length 0


class PyrenderRenderer:
    """Pictures by OpenGL through pyrender. Make one per process, never before a fork.

    Raises RenderError when the package is missing or OpenGL cannot start.
    """

    name = "pyrender"

    def __init__(self) -> None:
        self._pyrender, self._gl_mesh = _import_pyrender()
        self._canvas = _start(self._pyrender)
        self._meshes: WeakKeyDictionary[Mesh, Any] = WeakKeyDictionary()

    def render(self, scene: Scene, view: View, lighting: Lighting) -> Frame:
        """Photograph `scene` from `view`; `hits` of the frame is None. See `Frame`.

        Raises UsageError for a lens, which OpenGL does not draw through.
        """
        if view.camera.lens.bends:
            raise UsageError(f"pyrender renderer: draws pinholes alone, not {view.camera.lens}: use --renderer embree")
        shape = view.camera.height, view.camera.width
        self._canvas.viewport_height, self._canvas.viewport_width = shape
        ids, depth, surfels = self._draw(scene, view)
        light, _ = illuminate(scene, surfels, lighting)
        rgb = scatter(surfels.ray, tone_map(light), shape, BACKGROUND)
        return Frame(rgb, depth, ids, scatter(surfels.ray, camera_normals(surfels, view), shape), None)

    def close(self) -> None:
        """Give the OpenGL context back."""
        self._canvas.delete()

    def _draw(self, scene: Scene, view: View) -> tuple[NDArray[np.uint16], F32, Surfels]:
        """Instance (H, W), depth (H, W), and the surface elements of the pixels that show something."""
        flags = self._pyrender.RenderFlags
        stage = self._stage(scene, view)
        stage.show(stage.albedo)
        code, depth = self._canvas.render(stage.scene, flags.SEG | flags.RGBA, stage.codes())
        part = code[..., 0] | code[..., 1].astype(np.intp) << 8 | code[..., 2].astype(np.intp) << 16
        colors = {"albedo": self._canvas.render(stage.scene, flags.FLAT | flags.RGBA)[0]}
        if any(stage.strength):
            stage.show(stage.glow)
            colors["glow"] = self._canvas.render(stage.scene, flags.FLAT | flags.RGBA)[0]
        stage.show(stage.normal)
        stage.scene.bg_color = np.array(_GREY)
        shown, _ = self._canvas.render(stage.scene, flags.FLAT | flags.RGBA)
        instance = np.take(np.array(stage.instance, np.uint16), part)
        depth = np.where(instance > 0, depth, 0).astype(np.float32)
        surfels = _surfels(scene, view, stage, part, depth, colors, shown[..., :3] / np.float32(127.5) - 1)
        return instance, depth, surfels

    def _stage(self, scene: Scene, view: View) -> "_Stage":
        """The scene for pyrender."""
        stage = _Stage(self._pyrender.Scene(bg_color=(*(np.array(BACKGROUND) / 255), 1.0)))
        stage.scene.add(_camera(self._pyrender, view), pose=view.T_world_cam @ _T_CAM_GL)
        for body in scene.bodies:
            if body.mesh not in self._meshes:
                self._meshes[body.mesh] = self._gl_mesh(body.mesh)
            gl = self._meshes[body.mesh]
            for part in gl.parts:
                stage.add(body, part)
            stage.normal.append(stage.scene.add(gl.normal, pose=body.T_world_body))
        return stage


@dataclass(eq=False)
class _Stage:
    """What pyrender draws; part 0 is nothing. Three sets of nodes are drawn one at a time; all stay on the device."""

    scene: Any
    albedo: list[Any] = field(default_factory=list)
    """A node of each part."""
    glow: list[Any] = field(default_factory=list)
    """A node of each part: its glow, or, where it has none, its albedo, so that it still hides what is behind."""
    normal: list[Any] = field(default_factory=list)
    """A node of each body."""
    instance: list[int] = field(default_factory=lambda: [0])
    """Instance of each part, nothing first; so with the next two."""
    emission: list[float] = field(default_factory=lambda: [0.0])
    strength: list[float] = field(default_factory=lambda: [0.0])

    def add(self, body: Body, part: Any) -> None:
        """Add the faces of a body that give off light alike."""
        node = self.scene.add(part.albedo, pose=body.T_world_body)
        self.albedo.append(node)
        self.glow.append(node if part.glow is None else self.scene.add(part.glow, pose=body.T_world_body))
        self.instance.append(body.instance)
        self.emission.append(part.emission)
        self.strength.append(part.strength)

    def codes(self) -> dict[Any, tuple[int, int, int]]:
        """The number of its part for each node of `albedo`, as a colour."""
        return {n: (k & 0xFF, k >> 8 & 0xFF, k >> 16) for k, n in enumerate(self.albedo, start=1)}

    def show(self, nodes: list[Any]) -> None:
        """Choose what is drawn."""
        for node in (*self.albedo, *self.glow, *self.normal):
            node.mesh.is_visible = False
        for node in nodes:
            node.mesh.is_visible = True


def _import_pyrender() -> tuple[ModuleType, Any]:
    """The package and the `gl_mesh` function, on EGL unless the user has chosen another platform."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    try:
        import pyrender
    except ModuleNotFoundError as error:
        raise RenderError(
            f"pyrender renderer: the package {error.name} is missing: pip install 'scenegen[gl]', "
            "or use --renderer embree"
        ) from error
    except Exception as error:
        raise _no_opengl(error) from error
    from scenegen.rendering.gl_mesh import gl_mesh

    return pyrender, gl_mesh


def _start(pyrender: ModuleType) -> Any:
    """An off-screen canvas; its size follows the views."""
    try:
        return pyrender.OffscreenRenderer(64, 64)
    except Exception as error:  # EGL fails in many ways: missing library, no device, no driver, no configuration
        raise _no_opengl(error) from error


def _no_opengl(error: Exception) -> RenderError:
    """One line that says what to install."""
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return RenderError(
        f"pyrender renderer: OpenGL cannot start on {os.environ.get('PYOPENGL_PLATFORM')} ({reason}): install EGL and "
        "a driver (Debian, Ubuntu: apt install libegl1 libgles2 libgl1-mesa-dri), or use --renderer embree"
    )


def _camera(pyrender: ModuleType, view: View) -> Any:
    """The pinhole; OpenGL counts from the corner of the first pixel, this project from its centre."""
    K = view.camera.K
    return pyrender.IntrinsicsCamera(
        fx=K[0, 0], fy=K[1, 1], cx=K[0, 2] + 0.5, cy=K[1, 2] + 0.5, znear=NEAR_M, zfar=FAR_M
    )


def _surfels(
    scene: Scene,
    view: View,
    stage: _Stage,
    part: NDArray[np.intp],
    depth: F32,
    colors: dict[str, NDArray[np.uint8]],
    normal: F32,
) -> Surfels:
    """Surface elements of the pixels that show something; images (H, W, ...) of albedo and glow in sRGB bytes."""
    ray = np.flatnonzero(part)
    seen = part.ravel()[ray]
    toward = np.take(pixel_rays(view), ray, axis=0).T
    t = depth.ravel()[ray]
    instance = np.take(np.array(stage.instance, np.uint16), seen)
    side = _world_normals(scene, instance, normal.reshape(-1, 3)[ray], toward)
    light = {name: np.ascontiguousarray(_DECODE[c[..., :3].reshape(-1, 3)[ray]].T) for name, c in colors.items()}
    glow = light.get("glow")
    return Surfels(
        ray=ray,
        t=t,
        point=toward * t + view.position.astype(np.float32)[:, None],
        side=side,
        normal=side,
        albedo=light["albedo"],
        emission=np.take(np.array(stage.emission, np.float32), seen),
        glow=None if glow is None else glow * np.take(np.array(stage.strength, np.float32), seen),
        material=np.zeros(len(ray), np.uint8),
    )


def _world_normals(scene: Scene, instance: NDArray[np.uint16], normal: F32, toward: F32) -> F32:
    """(3, N) unit normals in the world, turned to the eye; towards the eye where blending left nothing."""
    out = np.empty((3, len(instance)), np.float32)
    for body in scene.bodies:
        rows = np.flatnonzero(instance == body.instance)
        out[:, rows] = body.rotation @ normal[rows].T
    length = np.sqrt(np.einsum("ij,ij->j", out, out))
    lost = np.flatnonzero(length < 0.1)
    out[:, lost] = -toward[:, lost]
    length[lost] = np.sqrt(np.einsum("ij,ij->j", toward[:, lost], toward[:, lost]))
    out *= np.copysign(1 / length, -np.einsum("ij,ij->j", out, toward))
    return out
