"""What may be chosen of an export, by name: no more, so that the command line starts without the formats."""

from typing import Literal

Format = Literal[
    "colmap",
    "nerfstudio",
    "webdataset",
    "glue-factory",
    "scene-info",
    "loftr",
    "dust3r",
    "flow",
    "glb",
    "wai",
    "parquet",
    "tapvid",
]
Suffix = Literal["png", "jpg"]
