"""EdgePoint2-E64: 64 channels at stride 4. `--descriptor tools/descriptors/edgepoint2.py:describe`.

Code and weights: github.com/HITCSC/EdgePoint2 (measured: c589a57), MIT.

    git clone https://github.com/HITCSC/EdgePoint2
    export EDGEPOINT2_DIR=$PWD/EdgePoint2
"""

import numpy as np
import torch
from published import folder, module

PLACE = folder("EDGEPOINT2_DIR", "github.com/HITCSC/EdgePoint2", "weights/E64.pth")
NETWORK = module(PLACE, "model.model").EdgePoint2(c1=16, c2=16, c3=48, c4=64, cdesc=64, cdetect=16).eval()
NETWORK.load_state_dict(torch.load(PLACE / "weights" / "E64.pth", map_location="cpu", weights_only=True))


def describe(picture: np.ndarray) -> torch.Tensor:
    """(H, W, 3) uint8 to (64, H / 4, W / 4)."""
    return NETWORK(torch.from_numpy(picture).permute(2, 0, 1)[None] / 255)[0][0]


vars(describe).update(name="EdgePoint2-E64", stride_px=4, multiple_px=32)
