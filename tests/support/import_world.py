"""A wall and a board before it, seen by a few cameras: depth, colours and verdicts in closed form, written in any layout."""

import json
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.spatial.transform import Rotation

from scenegen.cli import main
from scenegen.geometry import look_at, pixel_directions, pixel_grid, project
from scenegen.shards import Status

WIDTH, HEIGHT = 160, 120
K = np.array([[150.0, 0, 78.3], [0, 152.0, 60.9], [0, 0, 1]])
WALL_M, BOARD_M, HALF_M = 3.0, 2.0, 0.35
"""The wall is the plane y = 3, the board the square |x|, |z - 1| < 0.35 of y = 2."""
OPENGL = np.diag([1.0, -1, -1, 1])


@dataclass(frozen=True)
class Shot:
    """One camera's picture of the world."""

    T: np.ndarray
    depth: np.ndarray
    rgb: np.ndarray


def on_board(points):
    return (np.abs(points[..., 0]) < HALF_M) & (np.abs(points[..., 2] - 1) < HALF_M)


def hits(origin, directions):
    """(N, 3) first points that rays meet."""
    wall = origin + directions * ((WALL_M - origin[1]) / directions[:, 1])[:, None]
    board = origin + directions * ((BOARD_M - origin[1]) / directions[:, 1])[:, None]
    return np.where(on_board(board)[:, None], board, wall)


def colors(points):
    """(N, 3) uint8 a texture that is nowhere flat nor alike."""
    x, y, z = points.T
    waves = [
        np.sin(7 * x + 3 * z + 2 * y) + np.sin(23 * z + k) * 0.5 + np.sin(19 * x - 11 * z + 2 * k) for k in range(3)
    ]
    return np.clip(128 + 45 * np.stack(waves, 1), 0, 255).astype(np.uint8)


def shoot(position, target, roll=0.0):
    T = look_at(position, target, roll)
    rays = pixel_directions(K, pixel_grid(WIDTH, HEIGHT))
    points = hits(T[:3, 3], rays @ T[:3, :3].T)
    depth = ((points - T[:3, 3]) @ T[:3, 2]).reshape(HEIGHT, WIDTH)
    return Shot(T, depth, colors(points).reshape(HEIGHT, WIDTH, 3))


def shots(count=4):
    """Cameras side by side that look at the board, a little rolled."""
    across = np.linspace(-0.5, 0.5, count)
    return [shoot((x, -0.2 * k, 1 + 0.1 * k), (0.1 * k, 3, 1), 0.05 * k) for k, x in enumerate(across)]


def verdicts(xy0, first, other):
    """Exact places (N, 2) and verdicts (N,) of pixels of one shot in another, noise and edges apart."""
    rays = pixel_directions(K, xy0.astype(float)) @ first.T[:3, :3].T
    points = hits(first.T[:3, 3], rays)
    xy, z = project(K, other.T, points)
    inside = (xy > -0.5).all(1) & (xy[:, 0] < WIDTH - 0.5) & (xy[:, 1] < HEIGHT - 0.5) & (z > 0)
    back = hits(other.T[:3, 3], points - other.T[:3, 3])
    seen = np.linalg.norm(back - points, axis=1) < 1e-6
    return xy, np.where(inside, np.where(seen, Status.VISIBLE, Status.OCCLUDED), Status.OUT_OF_VIEW)


def save_depth(path, depth, step_m=1e-3):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.rint(depth / step_m).astype(np.uint16)).save(path)


def save_rgb(path, rgb):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path)


def write_rgbd(folder, taken, intrinsics=True):
    folder.mkdir(parents=True, exist_ok=True)
    for k, shot in enumerate(taken):
        save_rgb(folder / f"frame-{k:06d}.color.png", shot.rgb)
        save_depth(folder / f"frame-{k:06d}.depth.png", shot.depth)
        np.savetxt(folder / f"frame-{k:06d}.pose.txt", shot.T)
    if intrinsics:
        np.savetxt(folder / "intrinsics.K.txt", K)


def write_tum(folder, taken):
    lists = {"rgb": [], "depth": [], "groundtruth": ["# timestamp tx ty tz qx qy qz qw"]}
    for k, shot in enumerate(taken):
        time = 1305031102 + k / 3
        save_rgb(folder / "rgb" / f"{time:.6f}.png", shot.rgb)
        save_depth(folder / "depth" / f"{time + 0.004:.6f}.png", shot.depth, 1 / 5000)
        lists["rgb"].append(f"{time:.6f} rgb/{time:.6f}.png")
        lists["depth"].append(f"{time + 0.004:.6f} depth/{time + 0.004:.6f}.png")
        pose = [*shot.T[:3, 3], *Rotation.from_matrix(shot.T[:3, :3]).as_quat()]
        lists["groundtruth"].append(" ".join([f"{time - 0.003:.6f}", *map(repr, map(float, pose))]))
        lists["groundtruth"].append(" ".join([f"{time + 0.1:.6f}", "9 9 9 0 0 0 1"]))
    for name, lines in lists.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


def write_scannet(folder, taken):
    """Colour of twice the size of the depth, intrinsics of their own."""
    (folder / "pose").mkdir(parents=True)
    (folder / "intrinsic").mkdir()
    for k, shot in enumerate(taken):
        save_rgb(folder / "color" / f"{k}.png", shot.rgb)
        save_depth(folder / "depth" / f"{k}.png", shot.depth[::2, ::2])
        np.savetxt(folder / "pose" / f"{k}.txt", shot.T)
    half = K.copy()
    half[:2] /= 2  # pixel (x, y) of the half picture is pixel (2x, 2y) of the whole one
    for name, matrix in (("intrinsic_color", K), ("intrinsic_depth", half), ("extrinsic_color", None)):
        whole = np.eye(4)
        if matrix is not None:
            whole[:3, :3] = matrix
        np.savetxt(folder / "intrinsic" / f"{name}.txt", whole)
    np.savetxt(folder / "pose" / f"{len(taken)}.txt", np.full((4, 4), -np.inf))
    save_rgb(folder / "color" / f"{len(taken)}.png", taken[0].rgb)
    save_depth(folder / "depth" / f"{len(taken)}.png", taken[0].depth[::2, ::2])


def write_replica(folder, taken):
    for k, shot in enumerate(taken):
        save_rgb(folder / "results" / f"frame{k:06d}.png", shot.rgb)
        save_depth(folder / "results" / f"depth{k:06d}.png", shot.depth, 1 / 6553.5)
    np.savetxt(folder / "traj.txt", np.stack([shot.T.ravel() for shot in taken]))
    camera = {"fx": K[0, 0], "fy": K[1, 1], "cx": K[0, 2], "cy": K[1, 2], "scale": 6553.5}
    (folder / "cam_params.json").write_text(json.dumps({"camera": camera}))


def write_nerfstudio(folder, taken):
    frames = []
    for k, shot in enumerate(taken):
        save_rgb(folder / "images" / f"{k}.png", shot.rgb)
        save_depth(folder / "depth" / f"{k}.png", shot.depth)
        frames.append({"file_path": f"images/{k}.png", "depth_file_path": f"depth/{k}.png",
                       "transform_matrix": (shot.T @ OPENGL).tolist()})  # fmt: skip
    lens = {"fl_x": K[0, 0], "fl_y": K[1, 1], "cx": K[0, 2] + 0.5, "cy": K[1, 2] + 0.5, "k1": 0}
    (folder / "transforms.json").write_text(json.dumps({**lens, "frames": frames}))


def write_bop(folder, taken, posed=True):
    cameras, objects = {}, {}
    for k, shot in enumerate(taken):
        save_rgb(folder / "rgb" / f"{k:06d}.png", shot.rgb)
        save_depth(folder / "depth" / f"{k:06d}.png", shot.depth, 1e-4)
        back = np.linalg.inv(shot.T)
        cameras[k] = {"cam_K": K.ravel().tolist(), "depth_scale": 0.1}
        pose = {"R": back[:3, :3].ravel().tolist(), "t": (1000 * back[:3, 3]).tolist()}
        if posed:
            cameras[k] |= {f"cam_{name}_w2c": value for name, value in pose.items()}
        objects[k] = [{"obj_id": 5, **{f"cam_{name}_m2c": value for name, value in pose.items()}},
                      {"obj_id": 2, "cam_R_m2c": np.eye(3).ravel().tolist(), "cam_t_m2c": [0, 0, k]},
                      {"obj_id": 2, "cam_R_m2c": np.eye(3).ravel().tolist(), "cam_t_m2c": [0, 0, 9]}]  # fmt: skip
    (folder / "scene_camera.json").write_text(json.dumps(cameras))
    (folder / "scene_gt.json").write_text(json.dumps(objects))


def write_colmap(folder, taken, text=False):
    (folder / "sparse").mkdir(parents=True)
    (folder / "stereo" / "depth_maps").mkdir(parents=True)
    lens = (K[0, 0], K[1, 1], K[0, 2] + 0.5, K[1, 2] + 0.5)
    poses = [np.linalg.inv(shot.T) for shot in taken]
    quaternions = [np.roll(Rotation.from_matrix(pose[:3, :3]).as_quat(), 1) for pose in poses]
    for k, shot in enumerate(taken):
        save_rgb(folder / "images" / f"{k}.png", shot.rgb)
        head = f"{WIDTH}&{HEIGHT}&1&".encode()
        data = head + shot.depth.astype("<f4").tobytes()
        (folder / "stereo" / "depth_maps" / f"{k}.png.geometric.bin").write_bytes(data)
    if text:
        camera = " ".join(map(repr, map(float, lens)))
        (folder / "sparse" / "cameras.txt").write_text(f"# cameras\n7 PINHOLE {WIDTH} {HEIGHT} {camera}\n")
        lines = [f"{k} {' '.join(repr(float(v)) for v in (*q, *pose[:3, 3]))} 7 {k}.png\n\n"
                 for k, (q, pose) in enumerate(zip(quaternions, poses, strict=True))]  # fmt: skip
        (folder / "sparse" / "images.txt").write_text("# images\n" + "".join(lines))
        return
    (folder / "sparse" / "cameras.bin").write_bytes(struct.pack("<QIiQQ4d", 1, 7, 1, WIDTH, HEIGHT, *lens))
    records = struct.pack("<Q", len(taken))
    for k, (q, pose) in enumerate(zip(quaternions, poses, strict=True)):
        points = struct.pack("<Q2dq", 1, 1.5, 2.5, -1)
        records += struct.pack("<I7dI", k, *q, *pose[:3, 3], 7) + f"{k}.png".encode() + b"\0" + points
    (folder / "sparse" / "images.bin").write_bytes(records)


WRITERS = {
    "rgbd": write_rgbd,
    "tum": write_tum,
    "scannet": write_scannet,
    "replica": write_replica,
    "nerfstudio": write_nerfstudio,
    "bop": write_bop,
    "colmap": write_colmap,
}


def imported(layout, data, out, *options):
    """The exit code of an import in this process."""
    return main(["import", "--from", layout, "--data", str(data), "--out", str(out), "--workers", "0", *options])


def noise(width, height, seed=0):
    """A smooth random picture."""
    small = np.random.default_rng(seed).integers(0, 256, (max(2, height // 8), max(2, width // 8), 3), np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))
