"""A picture of a panel in 256 colours: a third of the size, and nothing that an eye would miss."""

from __future__ import annotations

import numpy as np
from PyQt6.QtGui import QImage

N_COLOURS = 256  # that a byte can tell apart
STEP = 4  # of each part of a colour: what is closer is taken for one
AT_ONCE = 4096  # colours that are compared with those that stay, to bound the memory


def with_few_colours(image: QImage) -> QImage:
    """The colours that occur most often stay; each other one becomes the nearest of them."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    assert bits is not None
    pixels = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.width(), 4)
    rgb = pixels[..., 2::-1].astype(np.int32)
    rough = rgb // STEP
    codes = (rough[..., 0] << 16) | (rough[..., 1] << 8) | rough[..., 2]
    _, first, group, counts = np.unique(codes.ravel(), return_index=True, return_inverse=True, return_counts=True)
    found = rgb.reshape(-1, 3)[first]  # one colour of each group, as it is
    kept = found[np.argsort(-counts, kind="stable")[:N_COLOURS]]
    nearest = np.empty(len(found), np.uint8)
    for start in range(0, len(found), AT_ONCE):
        apart = found[start : start + AT_ONCE, None] - kept[None]
        nearest[start : start + AT_ONCE] = np.square(apart).sum(-1).argmin(-1)
    rows = np.zeros((image.height(), -(-image.width() // 4) * 4), np.uint8)  # a row begins at a multiple of four bytes
    rows[:, : image.width()] = nearest[group].reshape(image.height(), image.width())
    small = QImage(rows.tobytes(), image.width(), image.height(), rows.shape[1], QImage.Format.Format_Indexed8)
    small.setColorTable([0xFF000000 | int(red) << 16 | int(green) << 8 | int(blue) for red, green, blue in kept])
    return small.copy()  # its own memory: that of `rows` goes with this function
