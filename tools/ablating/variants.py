"""Variants of the recipe of the built-in weights: changes of rooms, of rendered pictures, and of the training."""

from dataclasses import dataclass

from training.settings import ModelSettings

BASE = {
    "rooms": "96",
    "pairs-per-room": "12",
    "size": "320x240",
    "layers": "rgb,depth,instance",
    "roll-deg": "-15:15",
    "focal-px": "400:700",
    "overlap": "0.25:0.95",
}
"""Options of the base's rooms."""
SCANS = "folder:SCANS"
"""Room source that stands for the folder that the command line names."""


@dataclass(frozen=True)
class Variant:
    """One change of the base."""

    name: str
    rooms: tuple[tuple[str, str], ...] = ()
    """Options of `scenegen render` that replace the base's."""
    fit: tuple[str, ...] = ()
    """Words for `scenetrain fit`, after those of the base."""
    pictures: str = ""
    """A change of `ablating.pictures`, of the training pictures alone."""

    @property
    def of_scans(self) -> bool:
        """Whether its rooms are scans, which the command line names."""
        return ("room-source", SCANS) in self.rooms


STILL = ("--warp-rotation-deg", "0", "--warp-zoom", "1", "--warp-stretch", "1", "--warp-perspective-std", "0")
ONE_LIGHT = (
    *("--hue", "0", "--saturation", "0", "--brightness", "0", "--contrast", "0", "--blur-p", "0"),
    *("--grayscale-p", "0", "--motion-blur-p", "0", "--noise-std", "0", "--gamma", "1", "--tint", "0"),
)
UNET = ("--network", "unet", "--widths", *map(str, ModelSettings.widths), "--blocks", *map(str, ModelSettings.blocks))
INFONCE = ("--objective", "infonce", "--temperature", "0.05", "--radius-px", "3")
APART = (("pairs-per-layout", "1"),)
"""Rooms in which objects stand in several arrangements: more of them are placed, of as many kinds."""
SCANNED = (("room-source", SCANS), ("rooms", "2"), ("pairs-per-room", "576"))
VARIANTS = (
    Variant("base"),
    Variant("near cameras", (("overlap", "0.5:0.95"),)),
    Variant("no roll", (("roll-deg", "0:0"),)),
    Variant("one focal length", (("focal-px", "550:550"),)),
    Variant("an arrangement a pair", APART),
    Variant("positives across", APART, ("--positives-across", "0.25")),
    Variant("24 rooms", (("rooms", "24"), ("pairs-per-room", "48"))),
    Variant("scanned rooms", SCANNED),
    Variant("no objects", (("objects", "0:0"),)),
    Variant("one light for both views", (("relight", "off"),)),
    Variant("ambient occlusion", pictures="occlusion"),
    Variant("stored as JPEG", pictures="jpeg"),
    Variant("little texture", pictures="little-texture"),
    Variant("no warps", fit=STILL),
    Variant("any rotation", fit=("--warp-rotation-deg", "180")),
    Variant("more zoom", fit=("--warp-zoom", "3")),
    Variant("no photometric changes", fit=ONE_LIGHT),
    Variant("no sensor noise", fit=("--noise-std", "0")),
    Variant("no blur", fit=("--blur-p", "0", "--motion-blur-p", "0")),
    Variant("no white balance", fit=("--tint", "0")),
    Variant("unet", fit=UNET),
    Variant("D = 32", fit=("--channels", "32")),
    Variant("D = 128", fit=("--channels", "128")),
    Variant("temperature 0.005", fit=("--temperature", "0.005")),
    Variant("temperature 0.03", fit=("--temperature", "0.03")),
    Variant("half the points", fit=("--points", "512")),
    Variant("twice the points", fit=("--points", "2048")),
    Variant("windows of 128 px", fit=("--crop", "128", "--batch", "16")),
    Variant("windows of 240 px", fit=("--crop", "240", "--batch", "5")),
    Variant("stable-softmax", fit=("--objective", "stable-softmax")),
    Variant("dual-softmax", fit=("--objective", "dual-softmax")),
    Variant("infonce", fit=INFONCE),
    Variant("infonce, no exclusion", fit=(*INFONCE[:-1], "0")),
    Variant("stable (the paper's)", fit=("--objective", "stable", "--channels", "32")),
)
"""Every variant; a new one is a line."""
