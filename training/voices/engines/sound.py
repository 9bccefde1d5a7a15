"""How are sound files read and written here?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from channels import RATE, Samples


def read(path: Path) -> tuple[Samples, int]:
    """The first sound track, mono, and its rate in Hz; ValueError where there is none."""
    import av

    with av.open(str(path)) as file:
        if not file.streams.audio:
            raise ValueError(f"{path.name} has no sound")
        stream = file.streams.audio[0]
        mono = av.AudioResampler(format="flt", layout="mono", rate=stream.rate)
        frames = [frame for sent in file.decode(stream) for frame in mono.resample(sent)]
        parts = [
            np.zeros(0, np.float32),
            *(frame.to_ndarray()[0] for frame in [*frames, *mono.resample(None)]),
        ]
        return np.concatenate(parts).astype(np.float32), int(stream.rate)


def write_flac(path: Path, samples: Samples) -> None:
    """Mono samples at 16 kHz as FLAC of 16 bits, clipped at full scale."""
    import av

    whole = np.round(np.clip(samples, -1.0, 1.0) * 32_767).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(whole[None], format="s16", layout="mono")
    frame.sample_rate = RATE
    with av.open(str(path), "w", format="flac") as file:
        stream = file.add_stream("flac", rate=RATE, layout="mono", format="s16")
        for sent in (frame, None):
            file.mux(stream.encode(sent))
