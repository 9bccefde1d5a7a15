"""Writes shades.heic, a grey ramp of 64 × 48: needs pillow-heif, which can encode (pi-heif only decodes).

pip install pillow-heif && python tests/data/media/make_heic.py
"""

from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

if __name__ == "__main__":
    ramp = np.tile(np.linspace(0, 255, 64, dtype=np.uint8), (48, 1))
    picture = Image.fromarray(ramp).convert("RGB")
    pillow_heif.from_pillow(picture).save(Path(__file__).parent / "shades.heic", format="HEIF")
