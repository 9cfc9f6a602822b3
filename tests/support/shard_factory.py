"""A small, valid, synthetic shard for tests: random pictures and rays, no geometry behind them."""

import hashlib
import json

import numpy as np

from scenegen.layers import ENUM, LAYER
from scenegen.shards.content import ShardContent
from scenegen.shards.lens import coefficients
from scenegen.shards.schema import ATTRIBUTES, LAYERS
from scenegen.status import Status


def attributes(**changes) -> dict[str, str | int | float]:
    """A full set of root attributes."""
    values = {name: 0 if kind is int else name for name, (kind, _) in ATTRIBUTES.items()}
    values |= {"config_json": json.dumps({"pairs": 2}), "room": "room-α", "split": "train"} | changes
    return values | {"config_sha256": hashlib.sha256(values["config_json"].encode()).hexdigest()} | changes


def _rays(rng, samples, views, height, width):
    """One random pixel per 2 x 4 cell, random verdicts, projections where there are some."""
    y, x = np.mgrid[0 : height // 4, 0 : width // 2].reshape(2, -1)
    shape = (samples, len(x))
    xy0 = np.stack([2 * x + rng.integers(0, 2, shape), 4 * y + rng.integers(0, 4, shape)], -1)
    status = rng.integers(0, len(Status), (samples, views - 1, len(x))).astype(np.uint8)
    depth = rng.uniform(0.5, 4, shape).astype(np.float32)
    xy = rng.uniform(-5, width + 5, (*status.shape, 2)).astype(np.float32)
    xy[np.isin(status, [Status.NO_HIT, Status.BEHIND_CAMERA])] = np.nan
    return {
        "rays/xy0": xy0.astype(np.uint16),
        "rays/depth0": depth,
        "rays/instance": rng.integers(0, 4, shape).astype(np.uint16),
        "rays/xy": xy,
        "rays/status": status,
    }


def _layers(rng, samples, views, height, width, layers):
    shape = (samples, views, height, width)
    every = {
        "depth": rng.uniform(0, 5, shape).astype(np.float32),
        "instance": rng.integers(0, 4, shape).astype(np.uint16),
        "normal": rng.integers(-127, 128, (*shape, 3)).astype(np.int8),
        # of a generator of its own, so that what tests know of the rest stays as it was
        "visibility": np.random.default_rng(7).integers(0, len(Status), (*shape, views - 1)).astype(np.uint8),
        "semantic": np.zeros(shape, np.uint16),
    }
    return {name: every[name] if name in every else _blank(LAYER[name], shape, views) for name in layers}


def _blank(layer, shape, views):
    """A layer of which nothing is known here but its entry in the table."""
    more = [{"other_view": views - 1}.get(label, 3) for label in layer.dims]
    return np.zeros((*shape, *more), np.uint8 if layer.dtype == ENUM else layer.dtype)


def _named(arrays):
    """Categories: of the room at random, of objects as their assets are."""
    names = np.array(["unknown", "chair", "floor", "mug", "wände"])
    slots, instance = arrays["objects/asset"], arrays.get("instance", np.zeros_like(arrays["semantic"]))
    of_asset = np.searchsorted(names[1:], arrays["assets/category"]) + 1
    of_slot = np.where(slots >= 0, of_asset[slots], 0) if len(of_asset) else np.zeros((len(slots), 2), int)
    of_slot = np.pad(of_slot, ((0, 0), (2, 8)))
    of_room = np.random.default_rng(8).choice([0, 2, 4], instance.shape)
    seen = np.stack(
        [(instance == 2 + m).sum((-1, -2)) for m in range(slots.shape[1])] or [instance[..., 0, 0][:, :0]], 1
    )
    seen = seen.reshape(*slots.shape, instance.shape[1]).astype(np.uint32)
    box = np.where((slots >= 0)[..., None, None], np.random.default_rng(9).normal(size=(*slots.shape, 8, 3)), np.nan)
    rows = np.where(instance == 1, of_room, of_slot[np.arange(len(slots))[:, None, None, None], instance])
    counts = {"objects/seen_px": seen, "objects/alone_px": seen + 3}
    return {"semantic": rows.astype(np.uint16), "categories/name": names, "objects/box": box, **counts}


def _scene(rng, samples, views, width, height, slots, assets):
    poses = np.tile(np.eye(4), (samples, views, 1, 1))
    poses[..., :3, 3] = rng.normal(size=(samples, views, 3))
    K = np.array([[500.0, 0, (width - 1) / 2], [0, 500, (height - 1) / 2], [0, 0, 1]])
    overlap = rng.uniform(0.2, 0.9, (samples, views, views)).astype(np.float32)
    overlap[:, np.arange(views), np.arange(views)] = 1
    return {
        "camera/K": np.tile(K, (samples, views, 1, 1)),
        "camera/T_world_cam": poses,
        "objects/asset": rng.integers(-1, assets, (samples, slots)).astype(np.int32),
        "objects/T_world_object": np.tile(np.eye(4), (samples, slots, 1, 1)),
        "assets/id": np.array([f"shapenet/{i:04d}-å" for i in range(assets)], dtype=np.str_),
        "assets/category": np.array([("chair", "mug")[i % 2] for i in range(assets)], dtype=np.str_),
        "sample/seed": rng.integers(0, 2**32, (samples, 3)).astype(np.uint32),
        "sample/overlap": overlap,
        "sample/baseline_m": rng.uniform(0.1, 2, (samples, views - 1)).astype(np.float32),
        "sample/view_angle_deg": rng.uniform(0, 60, (samples, views - 1)).astype(np.float32),
    }


def make_content(
    samples=2, views=2, height=24, width=32, slots=3, assets=4, layers=LAYERS, seed=0, lens=None, **changes
) -> ShardContent:
    """A valid shard content, of cameras with a lens where one is given; `changes` go to the root attributes."""
    rng = np.random.default_rng(seed)
    arrays = {"rgb": rng.integers(0, 256, (samples, views, height, width, 3)).astype(np.uint8)}
    arrays |= _layers(rng, samples, views, height, width, layers)
    arrays |= _rays(rng, samples, views, height, width)
    arrays |= _scene(rng, samples, views, width, height, slots, assets)
    arrays |= _named(arrays) if "semantic" in layers else {}
    arrays |= {name: np.stack([rows] * samples) for name, rows in coefficients([lens] * views if lens else []).items()}
    arrays["preview"] = arrays["rgb"][0, 0]
    return ShardContent(arrays, attributes(**changes))
