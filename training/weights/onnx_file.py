"""A trained network as an ONNX model that `training.outside.model_file` and anything else that runs ONNX can read.

Its input `image` is a picture (1, 3, H, W) float32 in [0, 1] of any H and W, its output `descriptors` (1, D, H, W), a
descriptor for each pixel. Its metadata say so in the words of `training.outside.stated`, and where it comes from.
Needs the extra `onnx` (onnx and onnxscript); onnxruntime, where it is there, compares the file with the network.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from scenegen.errors import first_line
from training.errors import RequestError
from training.files.atomic import whole, writing
from training.models.networks import AnyNetwork
from training.models.padding import mirror
from training.weights.trained import Trained, open_trained

NEEDED = ("onnx", "onnxscript")
"""Packages that write the file."""
SIZE = (75, 101)
"""(H, W) that the file is traced at: no multiples of anything a network may want."""
COMPARED = (SIZE, (74, 100))
"""(H, W) that it is compared at: where a cell covers two pixels, only an even side ends between two cells."""


class AnySize(nn.Module):
    """A network with its padding in front of it, as a graph that is the same for every size of picture."""

    def __init__(self, network: AnyNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        """(1, 3, H, W) float32 in [0, 1] to (1, D, H, W)."""
        padded, lattice = images, self.network.lattice
        for axis in (-2, -1):
            padded = mirror(padded, axis, self.network.multiple)
        height, width = images.shape[-2:]
        rows, columns = ((side + lattice.step_px - 1) // lattice.step_px for side in (height, width))
        return lattice.everywhere(self.network.pyramid(padded, 1)[0][..., :rows, :columns], height, width)


@dataclass(frozen=True)
class Written:
    """What came out."""

    channels: int
    """D."""
    difference: float | None
    """Largest difference of an entry from the network's, on noise of two sizes; None without onnxruntime."""


def write_onnx(run: Path, out: Path) -> Written:
    """Write the network that `--run` names to `out`, whole or not at all.

    Raises CheckpointError for a run that cannot be opened, RequestError, in a line, for missing packages, a network
    that depends on the size of the picture in a way that ONNX cannot follow, and a file that cannot be written.
    """
    _check_packages()
    trained = open_trained(run)
    model = _model(run, trained, _noise(SIZE))
    with writing(out), whole(out) as draft:
        draft.write_bytes(model.SerializeToString(deterministic=True))
        difference = _difference(draft, trained.network)
    return Written(trained.about.network.channels, difference)


def said(trained: Trained) -> dict[str, str]:
    """The metadata of the file: the grid in the words of `training.outside.stated`, and where it comes from."""
    about = trained.about
    grid = {"stride_px": "1", "offset_px": "0", "multiple_px": "1", "distance": about.distance, "input": "unit"}
    origin = {"objective": about.objective, "data_sha256": about.data_sha256, "weights_sha256": trained.sha256}
    return grid | origin | {"step": str(about.step), "seed": str(about.seed), "settings_json": about.settings}


def _check_packages() -> None:
    for name in NEEDED:
        if find_spec(name) is None:
            raise RequestError(f"export-onnx: needs the package {name}: pip install 'scenegen[onnx]'")


def _model(run: Path, trained: Trained, picture: Tensor) -> Any:
    """The model as onnx.ModelProto, with metadata and without what the exporter notes about this machine."""
    sides: Any = ({2: "H", 3: "W"},)
    options: dict[str, Any] = {"input_names": ["image"], "output_names": ["descriptors"], "verbose": False}
    try:
        with _quiet():
            network = AnySize(trained.network).eval()
            program: Any = torch.onnx.export(network, (picture,), dynamo=True, dynamic_shapes=sides, **options)
            model: Any = program.model_proto
    except Exception as error:  # the exporter raises errors of many kinds
        raise RequestError(_refusal(run, trained, error)) from error
    _clean(model)
    for axis, name in ((2, "H"), (3, "W")):
        model.graph.output[0].type.tensor_type.shape.dim[axis].dim_param = name
    import_module("onnx.helper").set_model_props(model, said(trained))
    return model


def _refusal(run: Path, trained: Trained, error: BaseException) -> str:
    """Why a network cannot be exported, from the error that began it."""
    while error.__cause__ is not None:
        error = error.__cause__
    advice = "; train with --norm image to export it" if trained.about.network.norm == "pixel" else ""
    network = f"{trained.about.network.network}, norm={trained.about.network.norm}"
    why = f"{type(error).__name__}: {first_line(error)}"
    return f"{run}: its network ({network}) cannot be ONNX of any height and width ({why}){advice}"


def _clean(model: Any) -> None:
    """Drop stack traces and the like, which name files of this machine."""
    for part in (*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output, model.graph):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings and listings of the exporter: what goes wrong is raised."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _noise(size: tuple[int, int]) -> Tensor:
    return torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def _difference(path: Path, network: AnyNetwork) -> float | None:
    """Largest difference between the file's answers and the network's; None where onnxruntime is missing."""
    if find_spec("onnxruntime") is None:
        return None
    session: Any = import_module("onnxruntime").InferenceSession(str(path), providers=["CPUExecutionProvider"])
    pictures = [_noise(size) for size in COMPARED]
    answers = [torch.from_numpy(session.run(None, {"image": each.numpy()})[0]) for each in pictures]
    return max(float((answer - network(each)).abs().max()) for each, answer in zip(pictures, answers, strict=True))
