"""Small benchmarks on disk whose truth is known: pictures that show one texture through known maps."""

import json
import pickle
from pathlib import Path

import numpy as np
from import_world import HEIGHT, WIDTH
from PIL import Image

from training.evaluation.motion_errors import warp

SHIFT = np.array([[1, 0, 6], [0, 1, -4], [0, 0, 1.0]])


def texture(height=260, width=340, seed=0):
    """A smooth picture without two places alike."""
    noise = np.random.default_rng(seed).integers(0, 256, (height // 4, width // 4, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC))


def seen(size, H, seed=0):
    """The texture through a map from its pixels: (H, W, 3) uint8 of (width, height)."""
    width, height = size
    xy = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).reshape(-1, 2).astype(float)
    source = texture(seed=seed)
    x, y = np.rint(warp(np.linalg.inv(H), xy)).astype(int).T + 20
    return source[np.clip(y, 0, 259), np.clip(x, 0, 339)].reshape(height, width, 3)


def save(path: Path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def planar(folder: Path, homography=SHIFT, points=((50, 60), (20, 30)), seed=0, size=(160, 120)):
    """A `points.json` with two pictures."""
    save(folder / "a.png", seen(size, np.eye(3), seed))
    save(folder / "b.png", seen(size, SHIFT, seed))
    xy0 = np.array(points, float).reshape(-1, 2)
    content = {"image1": "a.png", "image2": "b.png", "points1": xy0.tolist(), "points2": warp(SHIFT, xy0).tolist()}
    if homography is not None:
        content["homography"] = homography.tolist()
    (folder / "points.json").write_text(json.dumps(content))
    return folder


def hpatches(root: Path, name="v_wall", last=6):
    """A sequence whose picture k is moved by k - 1 times SHIFT."""
    for k in range(1, last + 1):
        H = np.eye(3) + (k - 1) * (SHIFT - np.eye(3)) / 5
        save(root / name / f"{k}.ppm", seen((160, 120), H))
        if k > 1:
            rows = "\n".join(" ".join(f"{value}" for value in row) + " " for row in H)
            (root / name / f"H_1_{k}").write_text(rows.replace(" ", "  ") + "\n")
    return root


def scannet1500(root: Path):
    """Two pairs of one scene, with pictures of twice the lists' size."""
    T = np.eye(4)
    T[0, 3] = 0.1
    names = np.array([[707, 0, 15, 585], [707, 0, 15, 30]], np.uint16)
    np.savez(root / "test.npz", name=names, rel_pose=np.stack([T[:3].ravel()] * 2).astype(np.float32))
    np.savez(root / "intrinsics.npz", scene0707_00=np.array([[500, 0, 319.5], [0, 500, 239.5], [0, 0, 1.0]]))
    for frame in (15, 30, 585):
        save(root / "scans_test" / "scene0707_00" / "color" / f"{frame}.jpg", seen((1280, 960), np.eye(3)))
    return root


def megadepth1500(root: Path):
    """A list of one pair of a scene of three pictures, one of which is absent."""
    images = [f"Undistorted_SfM/0022/images/{name}.jpg" for name in "ab"]
    for image, H in zip(images, (np.eye(3), SHIFT), strict=True):
        save(root / image, seen((320, 240), H))
    T = np.eye(4)
    T[:3, 3] = 0.1, -0.2, 0.3
    K = np.array([[300, 0, 159.5], [0, 300, 119.5], [0, 0, 1.0]])
    content = {
        "image_paths": np.array([images[0], None, images[1]], object),
        "intrinsics": np.array([K, None, K], object),
        "poses": np.array([np.eye(4), None, T], object),
        "pair_infos": [((0, 2), 0.2, {})],
        "depth_paths": np.array([None] * 3, object),
    }
    (root / "lists").mkdir(parents=True, exist_ok=True)
    with (root / "lists" / "0022_0.1_0.3.npz").open("wb") as file:
        pickle.dump(content, file)
    return root


def stereo(folder: Path, levels=4):
    """A wall at disparity 6 with a board at 20 before it, in columns 60 to 89 of the left picture, in grey `levels` a pixel."""
    rng = np.random.default_rng(0)
    wall, board = rng.integers(0, 256, (2, HEIGHT, WIDTH + 40, 3)).astype(np.uint8)
    x = np.arange(WIDTH)
    left, right = wall[:, x + 20].copy(), wall[:, x + 20 + 6].copy()
    left[:, 60:90], right[:, 40:70] = board[:, :30], board[:, :30]
    d_left = np.where((x >= 60) & (x < 90), 20, 6)
    d_right = np.where((x >= 40) & (x < 70), 20, 6)
    save(folder / "im2.png", left)
    save(folder / "im6.png", right)
    for name, disparity in (("disp2", d_left), ("disp6", d_right)):
        save(folder / f"{name}.png", np.tile(levels * disparity, (HEIGHT, 1)).astype(np.uint8))


def saved(path, array, mode=None, **options):
    Image.fromarray(np.asarray(array), mode).save(path, **options)
    return path
