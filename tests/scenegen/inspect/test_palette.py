"""The palette covers the schema and keeps apart what colour-blind people see."""

import numpy as np
import pytest

from scenegen.inspect.palette import STATUS_COLORS, STATUS_LABELS, rgb_of_hex, status_rgb
from scenegen.shards import schema

# Severe protanopia, deuteranopia and tritanopia in linear RGB, after Machado, Oliveira and Fernandes (2009), table 1.
BLINDNESS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(linear):
    """CIE L*a*b* of linear RGB, D65."""
    t = np.clip(linear, 0, 1) @ XYZ.T / XYZ.sum(1)
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def linear_rgb():
    srgb = status_rgb() / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def test_every_status_of_the_schema_has_its_color_and_label_in_order():
    assert list(STATUS_COLORS) == list(STATUS_LABELS) == list(schema.STATUS)
    assert list(schema.STATUS.values()) == list(range(6))
    assert status_rgb().shape == (6, 3)
    assert rgb_of_hex("#56B4E9") == (0x56, 0xB4, 0xE9)


@pytest.mark.parametrize("kind", [None, *BLINDNESS])
def test_colors_stay_apart_for_every_kind_of_eye(kind):
    seen = linear_rgb() @ np.array(BLINDNESS[kind]).T if kind else linear_rgb()
    apart = np.linalg.norm(lab(seen)[:, None] - lab(seen)[None], axis=2)
    assert apart[np.triu_indices(6, 1)].min() > 12
    main = [schema.STATUS[name] for name in ("visible", "occluded", "out_of_view")]
    assert apart[np.ix_(main, main)][np.triu_indices(3, 1)].min() > 30
