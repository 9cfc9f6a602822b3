"""What may be chosen of an export, by name: no more, so that the command line starts without the formats."""

from typing import TYPE_CHECKING, Literal

FILES = {
    "colmap": "colmap",
    "nerfstudio": "nerfstudio",
    "webdataset": "webdataset",
    "glue-factory": "glue_factory",
    "scene-info": "scene_info",
    "loftr": "loftr",
    "dust3r": "dust3r",
    "flow": "flow",
    "glb": "glb",
    "wai": "wai",
    "parquet": "parquet",
    "tapvid": "tapvid",
}
"""Name of a form -> module of this folder whose `FORM` says what it is; it is imported when a run is exported."""
if TYPE_CHECKING:
    Format = str
else:
    Format = Literal[tuple(FILES)]
"""What the command line offers."""
Suffix = Literal["png", "jpg"]
