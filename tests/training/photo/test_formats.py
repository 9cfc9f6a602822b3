"""Every kind of file: 16-bit colour, arrays, DICOM; told by its bytes, and refused in one line when it is none."""

import builtins
import io

import cv2
import numpy as np
import pytest
from PIL import Image

from training.errors import ImageError
from training.photo import SUFFIXES, photo_pixels, read_photo
from training.photo.depth import stretched
from training.photo.faults import DamagedError, NoImageError, PackageError, TooLargeError

RNG = np.random.default_rng(0)
DEEP = RNG.integers(300, 1500, (20, 30, 3)).astype(np.uint16)


def array_saved(path, array):
    np.save(path, array)
    return path


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_color_of_16_bits_is_stretched_whole(ending, tmp_path):
    path = tmp_path / f"a.{ending}"
    assert cv2.imwrite(str(path), DEEP[..., ::-1])
    assert np.array_equal(read_photo(path), stretched(DEEP))
    assert len(np.unique(read_photo(path))) > 200
    assert photo_pixels(path) == 600


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_grey_of_16_bits_is_stretched_whole(ending, tmp_path):
    path = tmp_path / f"a.{ending}"
    Image.fromarray(DEEP[..., 0]).save(path)
    assert np.array_equal(read_photo(path), np.repeat(stretched(DEEP[..., :1]), 3, -1))


def test_transparency_of_16_bits_is_laid_over_white(tmp_path):
    opacity = np.full((20, 30, 1), 65535, np.uint16)
    opacity[3, 4] = 0
    assert cv2.imwrite(str(tmp_path / "a.png"), np.concatenate([DEEP[..., ::-1], opacity], -1))
    photo = read_photo(tmp_path / "a.png")
    assert photo[3, 4].tolist() == [255] * 3
    photo[3, 4] = stretched(DEEP)[3, 4]
    assert np.array_equal(photo, stretched(DEEP))


def test_color_of_16_bits_that_is_to_be_turned_is_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    shell = io.BytesIO()
    Image.new("RGB", (2, 2)).save(shell, "PNG", exif=exif)
    start = shell.getvalue().index(b"eXIf") - 4
    chunk = shell.getvalue()[start : start + 12 + int.from_bytes(shell.getvalue()[start : start + 4], "big")]
    png = cv2.imencode(".png", DEEP[..., ::-1] * 40)[1].tobytes()
    (tmp_path / "a.png").write_bytes(png[:33] + chunk + png[33:])
    assert np.array_equal(read_photo(tmp_path / "a.png"), np.rot90(DEEP * 40 >> 8, -1))


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "webp", "bmp", "ppm"])
def test_the_common_kinds_of_8_bits_stay_as_they_are(ending, tmp_path):
    smooth = np.broadcast_to(np.arange(40, 200, 5, dtype=np.uint8)[:, None], (32, 32))
    for array, name in ((smooth, "grey"), (np.stack([smooth, smooth.T, smooth[::-1]], -1), "colour")):
        path = tmp_path / f"{name}.{ending}"
        Image.fromarray(np.ascontiguousarray(array)).save(path)
        photo = read_photo(path)
        assert (photo.shape, photo.dtype) == ((32, 32, 3), np.uint8)
        expected = array if array.ndim == 3 else array[..., None]
        assert np.abs(photo.astype(int) - expected).mean() < (6 if ending in ("jpg", "webp") else 1e-9)
        assert path.suffix in SUFFIXES


@pytest.mark.parametrize(
    ("shape", "rows"),
    [((6, 8), 6), ((6, 8, 1), 6), ((6, 8, 3), 6), ((3, 6, 8), 6), ((1, 6, 8), 6), ((3, 6, 3), 3)],
)
def test_arrays_of_every_layout(shape, rows, tmp_path):
    array = RNG.integers(0, 255, shape, np.uint8)
    photo = read_photo(array_saved(tmp_path / "a.npy", array))
    last = array.transpose(1, 2, 0) if shape[-1] == 8 and len(shape) == 3 else array.reshape(*shape[:2], -1)
    assert np.array_equal(photo, np.broadcast_to(last, (*last.shape[:2], 3)))
    assert photo.shape[0] == rows
    assert photo_pixels(tmp_path / "a.npy") == photo.shape[0] * photo.shape[1]


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.int64, np.float16, np.float32, np.float64, ">i2"])
def test_deep_arrays_are_stretched(dtype, tmp_path):
    array = RNG.integers(0, 1200, (20, 30)).astype(dtype)
    photo = read_photo(array_saved(tmp_path / "a.npy", array))
    assert np.array_equal(photo[..., 1], stretched(array))


def test_truth_values_are_black_and_white(tmp_path):
    assert read_photo(array_saved(tmp_path / "a.npy", np.eye(3, dtype=bool)))[0, :, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.zeros((4, 5, 2)), r"is an array of shape \(4, 5, 2\); give \(H, W\), \(H, W, 3\) or \(3, H, W\)"),
        (np.zeros(7), r"is an array of shape \(7,\); give"),
        (np.zeros((2, 3, 4, 5)), "is an array of shape"),
        (np.zeros((0, 5)), "is an array of shape"),
        (np.zeros((4, 5), complex), "is an array of complex128; give real numbers"),
        (np.full((4, 5), "a"), "is an array of <U1; give real numbers"),
    ],
)
def test_arrays_that_are_no_picture(array, text, tmp_path):
    path = array_saved(tmp_path / "a.npy", array)
    for ask in (photo_pixels, read_photo):
        with pytest.raises(NoImageError, match=rf"a\.npy: {text}"):
            ask(path)


def test_an_array_of_objects_is_not_unpickled(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}, []], object), allow_pickle=True)
    with pytest.raises(DamagedError, match=r"a\.npy: is damaged .*save the array again"):
        read_photo(tmp_path / "a.npy")


def test_a_cut_off_array(tmp_path):
    path = array_saved(tmp_path / "a.npy", np.zeros((40, 40)))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DamagedError, match=r"a\.npy: is damaged"):
        photo_pixels(path)


def test_an_array_beyond_the_limit(tmp_path, monkeypatch):
    path = array_saved(tmp_path / "a.npy", np.zeros((40, 40)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    with pytest.raises(TooLargeError, match="has more than 0 million pixels; make it smaller"):
        read_photo(path)


def test_the_bytes_tell_the_kind_not_the_name(tmp_path):
    np.save(tmp_path / "a.npy", DEEP[..., 0])
    (tmp_path / "a.npy").rename(tmp_path / "a.png")
    assert np.array_equal(read_photo(tmp_path / "a.png")[..., 0], stretched(DEEP[..., 0]))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_a_cut_off_file_of_16_bit_color(ending, share, tmp_path):
    path = tmp_path / f"a.{ending}"
    whole = cv2.imencode(path.suffix, RNG.integers(0, 65535, (60, 60, 3)).astype(np.uint16))[1].tobytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ImageError, match=r"^[^\n]*a\.[a-z]+: [^\n]*$"):
        read_photo(path)


def dicom(path, frames, **header):
    """A small DICOM file of grey values (F, H, W) or colours (H, W, 3)."""
    pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset.SOPClassUID, dataset.SOPInstanceUID = pydicom.uid.SecondaryCaptureImageStorage, "1.2.3"
    color = frames.shape[-1] == 3
    dataset.Rows, dataset.Columns = frames.shape[:2] if color else frames.shape[1:]
    dataset.SamplesPerPixel = 3 if color else 1
    dataset.PhotometricInterpretation = "RGB" if color else "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8 * frames.dtype.itemsize
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, int(frames.dtype.kind == "i")
    if color:
        dataset.PlanarConfiguration = 0
    elif len(frames) > 1:
        dataset.NumberOfFrames = len(frames)
    dataset.PixelData = frames.tobytes()
    for name, value in header.items():
        setattr(dataset, name, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


CT = RNG.integers(0, 2000, (2, 12, 16)).astype(np.int16)


def test_dicom_without_a_window_is_stretched_and_its_first_frame_read(tmp_path):
    path = dicom(tmp_path / "a.dcm", CT)
    assert np.array_equal(read_photo(path), np.repeat(stretched(CT[0])[..., None], 3, -1))
    assert photo_pixels(path) == 12 * 16


def test_dicom_is_shown_in_its_window_of_modality_values(tmp_path):
    path = dicom(
        tmp_path / "a.dcm", CT, RescaleSlope=2, RescaleIntercept=-1024, WindowCenter=[40, 300], WindowWidth=[401, 9]
    )
    hounsfield = 2.0 * CT[0] - 1024
    expected = np.clip((hounsfield - (40 - 0.5 - 200)) / 400, 0, 1) * 255
    assert np.array_equal(read_photo(path)[..., 2], np.rint(expected))


def test_small_is_bright_in_monochrome1(tmp_path):
    plain = read_photo(dicom(tmp_path / "a.dcm", CT)).astype(int)
    turned = read_photo(dicom(tmp_path / "b.dcm", CT, PhotometricInterpretation="MONOCHROME1"))
    assert np.abs(255 - plain - turned).max() <= 1
    window = {"WindowCenter": 1000, "WindowWidth": 500}
    plain = read_photo(dicom(tmp_path / "a.dcm", CT, **window)).astype(int)
    turned = read_photo(dicom(tmp_path / "b.dcm", CT, PhotometricInterpretation="MONOCHROME1", **window))
    assert np.abs(255 - plain - turned).max() <= 1


def test_padding_is_black_and_does_not_count(tmp_path):
    padded = CT.copy()
    padded[:, :6] = -32000
    photo = read_photo(dicom(tmp_path / "a.dcm", padded, PixelPaddingValue=-32000))
    assert not photo[:6].any()
    assert np.array_equal(photo[6:, :, 0], stretched(CT[0, 6:]))


def test_color_dicom(tmp_path):
    color = RNG.integers(0, 255, (9, 7, 3)).astype(np.uint8)
    assert np.array_equal(read_photo(dicom(tmp_path / "a", color)), color)


def test_dicom_without_pydicom_says_how_to_get_it(tmp_path, monkeypatch):
    (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM")
    real = builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("pydicom"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(PackageError, match=r"a\.dcm: is a DICOM file: pip install -U pydicom to read it"):
        read_photo(tmp_path / "a.dcm")


def test_damaged_dicom(tmp_path):
    path = dicom(tmp_path / "a.dcm", CT)
    whole = path.read_bytes()
    for length in range(132, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(ImageError, match=r"^[^\n]*a\.dcm: [^\n]*$"):
            read_photo(path)
    path.write_bytes(whole[:132])
    with pytest.raises(NoImageError, match="is a DICOM file without a picture; give an image object"):
        read_photo(path)
