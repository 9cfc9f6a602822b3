"""ALIKE-n (Zhao et al., TMM 2022): 128 channels at every pixel. `--descriptor tools/descriptors/alike.py:describe`.

Code and weights: github.com/Shiaoming/ALIKE (measured: 4e61fc7), BSD-3-Clause.

    git clone https://github.com/Shiaoming/ALIKE
    export ALIKE_DIR=$PWD/ALIKE
"""

import sys
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import torch
from published import folder, module
from torch.nn import Conv2d

# Of torchvision its network takes two convolutions, which stand here: it need not be installed.
RESNET = SimpleNamespace(
    conv1x1=lambda inputs, outputs, stride=1: Conv2d(inputs, outputs, 1, stride, bias=False),
    conv3x3=lambda inputs, outputs, stride=1: Conv2d(inputs, outputs, 3, stride, 1, bias=False),
)
PLACE = folder("ALIKE_DIR", "github.com/Shiaoming/ALIKE", "models/alike-n.pth")
with patch.dict(sys.modules, {"torchvision.models": SimpleNamespace(resnet=RESNET)}):
    NETWORK = module(PLACE, "alnet").ALNet(c1=16, c2=32, c3=64, c4=128, dim=128, single_head=True).eval()
NETWORK.load_state_dict(torch.load(PLACE / "models" / "alike-n.pth", map_location="cpu", weights_only=True))


def describe(picture: np.ndarray) -> torch.Tensor:
    """(H, W, 3) uint8 to (128, H, W)."""
    return NETWORK(torch.from_numpy(picture).permute(2, 0, 1)[None] / 255)[1][0]


vars(describe).update(name="ALIKE-n", multiple_px=32)
