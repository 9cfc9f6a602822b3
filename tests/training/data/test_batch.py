import numpy as np
import pytest
import torch

from scenegen.shards import Status
from training.data.batch import NO_RAY, PairBatch, every_pixel

HEIGHT, WIDTH, RAYS = 5, 7, 6


def make(seed=0, pairs=3):
    """Random truth of every pixel, and some rays; the last of each pair are padding."""
    rng = np.random.default_rng(seed)
    pixel = np.stack([rng.choice(HEIGHT * WIDTH, RAYS, replace=False) for _ in range(pairs)])
    status = rng.integers(0, len(Status), (pairs, RAYS)).astype(np.uint8)
    status[:, -2:], pixel[:, -2:] = NO_RAY, 0
    arrays = {
        "images0": np.zeros((pairs, 3, HEIGHT, WIDTH), np.uint8),
        "images1": np.zeros((pairs, 3, HEIGHT, WIDTH), np.uint8),
        "xy0": np.stack([pixel % WIDTH, pixel // WIDTH], -1).astype(np.int32),
        "xy1": rng.uniform(0, 5, (pairs, RAYS, 2)).astype(np.float32),
        "status": status,
        "foreground": rng.random((pairs, RAYS)) < 0.5,
        "flow": rng.normal(size=(pairs, 2, HEIGHT, WIDTH)).astype(np.float32),
        "covisible": rng.random((pairs, HEIGHT, WIDTH)) < 0.5,
    }
    return PairBatch(**{name: torch.from_numpy(array) for name, array in arrays.items()})


@pytest.mark.parametrize("seed", range(5))
def test_every_pixel_is_a_ray_and_what_was_traced_stays(seed):
    batch = make(seed)
    every = every_pixel(batch)
    for pair in range(len(batch)):
        traced = {
            tuple(xy): (xy1, status, front)
            for xy, xy1, status, front in zip(
                batch.xy0[pair].tolist(),
                batch.xy1[pair].tolist(),
                batch.status[pair].tolist(),
                batch.foreground[pair].tolist(),
                strict=True,
            )
            if status != NO_RAY
        }
        for n, (x, y) in enumerate((x, y) for y in range(HEIGHT) for x in range(WIDTH)):
            known = bool(batch.covisible[pair, y, x])
            there = [x + float(batch.flow[pair, 0, y, x]), y + float(batch.flow[pair, 1, y, x])] if known else [0, 0]
            xy1, status, front = traced.get((x, y), (there, Status.VISIBLE if known else NO_RAY, False))
            assert every.xy0[pair, n].tolist() == [x, y]
            assert every.xy1[pair, n].tolist() == pytest.approx(xy1, abs=1e-6)
            assert (every.status[pair, n], every.foreground[pair, n]) == (status, front)


def test_types_stay():
    batch = make()
    every = every_pixel(batch)
    for name in ("xy0", "xy1", "status", "foreground"):
        assert getattr(every, name).dtype == getattr(batch, name).dtype


def test_a_batch_without_dense_truth_is_refused():
    batch = make()
    with pytest.raises(ValueError, match="no dense truth"):
        every_pixel(PairBatch(batch.images0, batch.images1, batch.xy0, batch.xy1, batch.status, batch.foreground))
