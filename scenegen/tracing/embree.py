"""Embree's own library, the one inside the embreex wheel, through ctypes: what embreex does not hand on.

Scenes of instances and packets of rays. Handles belong to objects and are given back with them. Constants and
layouts are those of embree4/rtcore.h, version 4.4.
"""

import ctypes
import importlib.util
import sys
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ctypes import c_char_p, c_int, c_size_t, c_ssize_t, c_uint, c_void_p
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import TracerError

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
VERSIONS = range(40400, 50000)
"""Versions of Embree whose layouts are those below."""
_PLACES = {
    "linux": ("../embreex.libs", "libembree4*.so*"),
    "darwin": (".dylibs", "libembree4*.dylib"),
    "win32": ("../embreex.libs", "embree4*.dll"),
}
"""Folder, from embreex's own, and name of the library that the wheel of each platform brings."""
_TRIANGLE, _INSTANCE = 0, 121
_INDEX, _VERTEX = 0, 1
_UINT3, _FLOAT3, _FLOAT3X4_COLUMNS = 0x5003, 0x9003, 0x9234
_ROBUST = 4
_VERSION = 0
_NATIVE = {16: 34, 8: 33, 4: 32}
"""Number of the device's property that says whether the processor takes packets of so many rays as they are."""
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "rtcNewDevice": (c_void_p, (c_char_p,)),
    "rtcReleaseDevice": (None, (c_void_p,)),
    "rtcGetDeviceError": (c_int, (c_void_p,)),
    "rtcGetDeviceLastErrorMessage": (c_char_p, (c_void_p,)),
    "rtcGetDeviceProperty": (c_ssize_t, (c_void_p, c_int)),
    "rtcNewScene": (c_void_p, (c_void_p,)),
    "rtcSetSceneFlags": (None, (c_void_p, c_int)),
    "rtcCommitScene": (None, (c_void_p,)),
    "rtcReleaseScene": (None, (c_void_p,)),
    "rtcNewGeometry": (c_void_p, (c_void_p, c_int)),
    "rtcSetNewGeometryBuffer": (c_void_p, (c_void_p, c_int, c_uint, c_int, c_size_t, c_size_t)),
    "rtcSetGeometryInstancedScene": (None, (c_void_p, c_void_p)),
    "rtcSetGeometryTransform": (None, (c_void_p, c_uint, c_int, c_void_p)),
    "rtcCommitGeometry": (None, (c_void_p,)),
    "rtcAttachGeometry": (c_uint, (c_void_p, c_void_p)),
    "rtcReleaseGeometry": (None, (c_void_p,)),
}
ENTRIES = ("rtcIntersect", "rtcOccluded")
"""Functions that compiled code calls by their address; the lanes of a packet follow the name."""


class Library:
    """The functions, and a device of this process. Raises TracerError for what is no Embree of a known version."""

    def __init__(self, path: Path) -> None:
        self.functions = _functions(path)
        self.device = self.functions.rtcNewDevice(None)
        if not self.device:
            raise TracerError(f"{path.name}: Embree finds no device on this processor")
        _give_back_with(self, self.functions.rtcReleaseDevice, self.device)
        self.version = self._property(_VERSION)
        if self.version not in VERSIONS:
            raise TracerError(f"{path.name}: Embree {self.version} has other layouts than 4.4; install embreex 4.4")
        # wider packets than the processor's would be taken apart, ray by ray: half the speed
        self.lanes = next((lanes for lanes, number in _NATIVE.items() if self._property(number)), min(_NATIVE))
        self.addresses = {name: address_of(getattr(self.functions, f"{name}{self.lanes}")) for name in ENTRIES}

    def _property(self, number: int) -> int:
        return self.functions.rtcGetDeviceProperty(self.device, number)

    def checked(self) -> None:
        """Raise TracerError if the device met an error since it was last asked."""
        code = self.functions.rtcGetDeviceError(self.device)
        if code:
            said = self.functions.rtcGetDeviceLastErrorMessage(self.device) or b""
            raise TracerError(f"Embree: {said.decode(errors='replace') or f'error {code}'}")


def _functions(path: Path) -> ctypes.CDLL:
    """A library whose functions know what they take. Raises TracerError where it cannot be loaded or lacks some."""
    try:
        functions = ctypes.CDLL(str(path))
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(functions, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:  # what ctypes says of files and of names
        raise TracerError(f"{path.name}: not Embree's library ({error}); install embreex 4.4") from error
    return functions


@cache
def library() -> Library:
    """The library. Raises TracerError where there is none of a known version."""
    return Library(find_library())


def find_library() -> Path:
    """The library's file, beside embreex. Raises TracerError where there is none."""
    spec = importlib.util.find_spec("embreex")
    folder, pattern = _PLACES.get(sys.platform, _PLACES["linux"])
    if spec is None or spec.origin is None:
        raise TracerError("embreex is not installed; run: pip install embreex")
    importlib.import_module("embreex.rtcore_scene")  # it loads TBB, which the library needs
    found = sorted((Path(spec.origin).parent / folder).glob(pattern))
    if not found:
        raise TracerError(f"no {pattern} beside embreex in {folder}; install the wheel of embreex, not its source")
    return found[0]


def address_of(function: Any) -> int:
    """The address of a C function."""
    return ctypes.cast(function, c_void_p).value or 0


class MeshScene:
    """The acceleration structure of one mesh (V, 3) float32, (F, 3) int32; the arrays are copied."""

    def __init__(self, vertices: F32, faces: NDArray[np.int32]) -> None:
        lib = library()
        self.handle = _new_scene(lib, self)
        with _attached(lib, self.handle, _TRIANGLE) as geometry:
            _fill(lib, geometry, _VERTEX, _FLOAT3, np.ascontiguousarray(vertices, np.float32))
            _fill(lib, geometry, _INDEX, _UINT3, np.ascontiguousarray(faces, np.uint32))
        lib.functions.rtcCommitScene(self.handle)
        lib.checked()


class InstanceScene:
    """Meshes in the world: instance i is `scenes[i]` under `T_world_mesh[i]`, (4, 4) affine."""

    def __init__(self, scenes: Sequence[MeshScene], T_world_mesh: Sequence[F64]) -> None:
        lib = library()
        self._scenes = tuple(scenes)  # they must outlive this one
        self.handle = _new_scene(lib, self)
        for scene, T in zip(scenes, T_world_mesh, strict=True):
            with _attached(lib, self.handle, _INSTANCE) as geometry:
                lib.functions.rtcSetGeometryInstancedScene(geometry, scene.handle)
                columns = np.ascontiguousarray(T[:3].T, np.float32)
                lib.functions.rtcSetGeometryTransform(geometry, 0, _FLOAT3X4_COLUMNS, columns.ctypes.data)
        lib.functions.rtcCommitScene(self.handle)
        lib.checked()


def _new_scene(lib: Library, owner: object) -> int:
    """A scene whose edges let no ray slip through; it is given back with its owner."""
    handle: int = lib.functions.rtcNewScene(lib.device)
    lib.checked()
    lib.functions.rtcSetSceneFlags(handle, _ROBUST)
    _give_back_with(owner, lib.functions.rtcReleaseScene, handle)
    return handle


def _give_back_with(owner: object, release: Callable[[int], None], handle: int) -> None:
    """Release a handle when its owner goes; at the end of a process the system takes all."""
    weakref.finalize(owner, release, handle).atexit = False


def _fill(lib: Library, geometry: int, kind: int, layout: int, rows: NDArray[Any]) -> None:
    """Hand over the rows (N, 3) of a buffer; Embree pads what it needs."""
    place = lib.functions.rtcSetNewGeometryBuffer(geometry, kind, 0, layout, rows.strides[0], len(rows))
    lib.checked()
    ctypes.memmove(place, rows.ctypes.data, rows.nbytes)


@contextmanager
def _attached(lib: Library, scene: int, kind: int) -> Iterator[int]:
    """A geometry to be filled, put into a scene, which then owns it; given back where it cannot be filled."""
    geometry: int = lib.functions.rtcNewGeometry(lib.device, kind)
    lib.checked()
    try:
        yield geometry
        lib.functions.rtcCommitGeometry(geometry)
        lib.functions.rtcAttachGeometry(scene, geometry)
    finally:
        lib.functions.rtcReleaseGeometry(geometry)
