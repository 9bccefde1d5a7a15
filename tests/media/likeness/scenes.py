"""Pictures made up for these tests: landscapes of noise, and a drawn face that is found as a face."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image


def scene(seed: int = 3, height: int = 300, width: int = 400) -> np.ndarray:
    """uint8 RGB with detail at every scale: smoothed noise of several sizes, each in its own colour."""
    random = np.random.default_rng(seed)
    made = np.zeros((height, width, 3))
    for size in (4, 9, 20, 50):
        for channel in range(3):
            noise = Image.fromarray(random.random((size, size)).astype(np.float32))
            made[:, :, channel] += np.asarray(noise.resize((width, height), Image.Resampling.BICUBIC))
    return ((made - made.min()) / np.ptp(made) * 255).astype(np.uint8)


def portrait(seed: int = 5, height: int = 480, width: int = 400) -> np.ndarray:
    """A drawn head with hair, eyes, brows, nose and mouth before a scene."""
    image = cv2.GaussianBlur(scene(seed, height, width), (0, 0), 3)
    skin, hair, dark = (224, 172, 140), (60, 40, 30), (50, 30, 30)
    cv2.ellipse(image, (200, 215), (112, 140), 0, 0, 360, hair, -1)
    cv2.ellipse(image, (200, 240), (88, 115), 0, 0, 360, skin, -1)
    cv2.rectangle(image, (165, 340), (235, 420), skin, -1)
    cv2.ellipse(image, (200, 480), (170, 90), 0, 0, 360, (40, 60, 120), -1)
    for x in (165, 235):
        cv2.ellipse(image, (x, 215), (19, 10), 0, 0, 360, (250, 250, 250), -1)
        cv2.circle(image, (x, 215), 8, dark, -1)
        cv2.ellipse(image, (x, 192), (24, 7), 0, 180, 360, hair, 5)
    cv2.ellipse(image, (200, 262), (14, 9), 0, 0, 180, (180, 120, 100), 4)
    cv2.ellipse(image, (200, 300), (34, 13), 0, 0, 180, (170, 60, 60), -1)
    return cv2.GaussianBlur(image, (0, 0), 1.5)


def jpeg(image: np.ndarray, quality: int = 75) -> bytes:
    """As a file."""
    return cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
