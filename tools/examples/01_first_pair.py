"""One pair of a built-in room, without a file: pictures, depth, and where the same surface points lie.

python tools/examples/01_first_pair.py [FOLDER for the pictures]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import scenegen as sg

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out/example")
generator = sg.open_generator(rooms=1, pairs_per_room=1, size=sg.Size(320, 240), seed=3)
sample = generator.sample(generator.rooms()[0])

out.mkdir(parents=True, exist_ok=True)
for number, picture in enumerate(sample.rgb):
    Image.fromarray(picture).save(out / f"view{number}.png")

xy0, xy1 = sample.matches()
names, counts = np.unique([sg.Status(code).name.lower() for code in sample.status[0]], return_counts=True)
print(f"{len(xy0)} matches of {len(sample.xy0)} rays:", dict(zip(names.tolist(), counts.tolist(), strict=True)))
print("the first one:", xy0[0], "->", xy1[0], f"at {sample.depth0[sample.status[0] == sg.Status.VISIBLE][0]:.2f} m")
