"""`scenetrain export-weights` and `scenetrain export-onnx`: trained networks as files to keep and to share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from scenegen.cli.values import File, path_spec
from scenegen.remote import local
from scenegen.terminal import terminal
from training.weights import BUILTIN

Run = Annotated[Path, path_spec("RUN", local)]
"""What `--run` names: a run folder, a file of weights, or `builtin`."""


@dataclass(frozen=True)
class ExportWeights:
    """Write the network of a run as a file of its own (safetensors), which any --run takes, with a card beside it.

    The file holds the weights, how to build and use the network, and where it comes from; nothing that only training
    needs, and nothing that runs. Its sha256 is checked whenever it is read.

    For example:

      scenetrain export-weights --run runs/paper --out paper.safetensors
      scenetrain match --run paper.safetensors left.jpg right.jpg --out matches.png

    """

    run: Run
    """Folder of a `scenetrain fit` run, or another file of weights."""
    out: File
    """File to write (.safetensors); the card is FILE.md."""


@dataclass(frozen=True)
class ExportOnnx:
    """Write a trained network as an ONNX model, for pictures of any size.

    Input: (1, 3, H, W) float32 in [0, 1]; output: (1, D, H, W), a descriptor for each pixel. Where onnxruntime is
    installed, its answer is compared with the network's. `scenetrain eval-photos --descriptor FILE.onnx` reads it.
    The export takes a minute or so, and needs pip install 'scenegen[onnx]'.

    For example:

      scenetrain export-onnx --out builtin.onnx
      scenetrain export-onnx --run runs/paper --out paper.onnx

    """

    out: File
    """File to write (.onnx)."""
    run: Run = BUILTIN
    """Folder of a `scenetrain fit` run, a file of `scenetrain export-weights`, or builtin."""


def export_weights(command: ExportWeights) -> int:
    """`scenetrain export-weights`."""
    from training.weights.export import publish_weights as export

    beside = export(command.run, command.out)
    _say(f"{command.out} holds the weights, {beside} says what they are; use them with --run {command.out}")
    return 0


def export_onnx(command: ExportOnnx) -> int:
    """`scenetrain export-onnx`."""
    from training.weights.onnx_file import write_onnx as export

    written = export(command.run, command.out)
    differ = written.difference
    compared = "" if differ is None else f"; onnxruntime and PyTorch differ by {differ:.1e} at most"
    _say(f"{command.out} gives {written.channels} numbers for each pixel of a picture of any size{compared}")
    return 0


def _say(line: str) -> None:
    terminal().print(line, soft_wrap=True, markup=False)
