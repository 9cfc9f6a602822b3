"""A folder of pictures."""

import numpy as np
from PIL import Image


def pictures(folder, count=12, size=(40, 32), seed=0):
    """A folder of pictures of noise, no two alike."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    for k in range(count):
        Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)).save(folder / f"{k}.png")
    return folder
