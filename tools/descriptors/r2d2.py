"""R2D2 WASF-N16 (Revaud et al., NeurIPS 2019): 128 channels at every pixel, at one scale.

`--descriptor tools/descriptors/r2d2.py:describe`. Code and weights: github.com/naver/r2d2 (measured: 0ff8f6a),
CC BY-NC-SA 3.0: not for commercial use.

    git clone https://github.com/naver/r2d2
    export R2D2_DIR=$PWD/r2d2
"""

import numpy as np
import torch
from published import folder, module

PLACE = folder("R2D2_DIR", "github.com/naver/r2d2", "models/r2d2_WASF_N16.pt")
SAVED = torch.load(PLACE / "models" / "r2d2_WASF_N16.pt", map_location="cpu", weights_only=True)
NETWORK = module(PLACE, "nets.patchnet").Quad_L2Net_ConfCFS().eval()
NETWORK.load_state_dict({name.removeprefix("module."): value for name, value in SAVED["state_dict"].items()})
MEAN, STD = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])[..., None, None]


def describe(picture: np.ndarray) -> torch.Tensor:
    """(H, W, 3) uint8 to (128, H, W)."""
    values = torch.from_numpy(picture).permute(2, 0, 1) / 255
    return NETWORK([((values - MEAN) / STD)[None]])["descriptors"][0][0]


vars(describe).update(name="R2D2 WASF-N16")
