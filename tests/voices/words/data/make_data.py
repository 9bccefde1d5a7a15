"""How the recordings beside this file were made: espeak-ng 1.51 says sentences of ours, Opus at 16 kbit/s.

    python tests/voices/words/data/make_data.py

english.opus, german.opus, both.opus (English, then German), short.opus (one word).
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler

HERE = Path(__file__).parent
ENGLISH = (
    "Hello. This is a message from your bank. We have stopped a payment to an online shop. Please call us "
    "back today, and do not tell anybody about this message."
)
GERMAN = (
    "Guten Tag, hier ist die Sicherheitsabteilung Ihrer Bank. Wir haben eine verdächtige Überweisung "
    "angehalten und müssen sofort mit Ihnen sprechen. Bitte sagen Sie niemandem etwas davon."
)


def said(text: str, voice: str) -> np.ndarray:
    """int16 samples at 16 kHz."""
    command = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    resampler = AudioResampler("s16", "mono", 16_000)
    with av.open(io.BytesIO(wave)) as file:
        frames = [part for frame in file.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().ravel() for frame in (*frames, *resampler.resample(None))])


def write(name: str, samples: np.ndarray) -> None:
    with av.open(str(HERE / name), "w", format="ogg") as file:
        stream = file.add_stream("libopus", rate=16_000, layout="mono", options={"application": "voip"})
        stream.bit_rate = 16_000
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate = 16_000
        file.mux([*stream.encode(frame), *stream.encode(None)])


def main() -> None:
    english, german = said(ENGLISH, "en-us"), said(GERMAN, "de")
    pause = np.zeros(24_000, np.int16)
    write("english.opus", english)
    write("german.opus", german)
    write("both.opus", np.concatenate([english, pause, german]))
    write("short.opus", np.concatenate([pause, said("Tomorrow.", "en-us"), pause]))


if __name__ == "__main__":
    main()
