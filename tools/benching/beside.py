"""Peers on the scene that this project renders, each in a process of its own, where its package is installed."""

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benching.section import Row, Section
from benching.subject import Subject, opened, room_of
from scenegen.assets.mesh import Mesh, concatenate
from scenegen.geometry import transform
from scenegen.pipeline.attempts import Staged, restage
from scenegen.pipeline.studio import Studio
from scenegen.tracing.raycaster import Body, Scene

PEERS = Path(__file__).parent / "peers"
VIEWS = 5
LISTED = {
    "Open3D, ray caster": ("open3d", "open3d_rays.py", ()),
    "pyrender, OpenGL": ("pyrender", "pyrender_gl.py", ()),
    "Blender Cycles, 1 sample": ("bpy", "blender_cycles.py", ("1",)),
    "Blender Cycles, 16 samples": ("bpy", "blender_cycles.py", ("16",)),
}
"""Name to package, program and its words."""


def peers(subject: Subject) -> Section:
    """Milliseconds a view of everybody, on one scene."""
    studio = opened(subject)
    staged = restage(studio, room_of(subject, studio), "train", 0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scene.npz")
        np.savez(file, **_arrays(staged))
        rows = [_ours(studio, staged), *(_theirs(name, file) for name in LISTED)]
    note = "Packages that are not installed have no figure: `pip install open3d`, `scikit-robot-pyrender`, `bpy`."
    return Section("Peers, one view of one scene", tuple(rows), note)


def _ours(studio: Studio, staged: Staged) -> Row:
    """A picture by scenegen of the views that the peers are given."""
    spent = 0.0
    for number in range(VIEWS):
        view, light = staged.view_set.views[number % 2], staged.lighting[0]
        started = time.perf_counter()
        studio.renderer.render(staged.layout.scene, view, light)
        spent += (time.perf_counter() - started) * (number > 0)
    gives = "colour by 1 to 4 samples a pixel, textures, shadows, depth, instance, normal"
    return {"renderer": "scenegen", "ms a view": 1000 * spent / (VIEWS - 1), "gives": gives}


def _theirs(name: str, scene: Path) -> Row:
    package, program, words = LISTED[name]
    if importlib.util.find_spec(package) is None:
        return {"renderer": name, "ms a view": "-", "gives": f"{package} is not installed"}
    done = subprocess.run([sys.executable, PEERS / program, scene, *words], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        said = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        return {"renderer": name, "ms a view": "-", "gives": f"failed: {said}"}
    found = json.loads(lines[-1])
    return {"renderer": name, "ms a view": found["milliseconds a view"], "gives": found["gives"]}


def _arrays(staged: Staged) -> dict[str, Any]:
    """The scene as one mesh of the world with a colour a vertex, and the same two cameras in turns."""
    views = staged.view_set.views
    return {
        **_soup(staged.layout.scene),
        "K": views[0].camera.K,
        "T_world_cam": np.stack([views[number % 2].T_world_cam for number in range(VIEWS)]),
        "size": np.array([views[0].camera.width, views[0].camera.height]),
        "lamps": np.array([lamp.position for lamp in staged.lighting[0].lights]).reshape(-1, 3),
    }


def _soup(scene: Scene) -> dict[str, Any]:
    """Vertices, faces and colours of all bodies; textures are left out."""
    mesh = concatenate([_in_the_world(body) for body in scene.bodies])
    return {"vertices": mesh.vertices, "faces": mesh.faces, "colors": mesh.colors}


def _in_the_world(body: Body) -> Mesh:
    """A body's mesh where it stands, grey where it has no colours."""
    vertices = transform(body.T_world_body, body.mesh.vertices).astype(np.float32)
    colors = np.full((len(vertices), 3), 160, np.uint8) if body.mesh.colors is None else body.mesh.colors
    return replace(body.mesh, vertices=vertices, colors=colors)
