"""Festival: diphone, unit selection and HTS voices of Debian in eight languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engines.commands import program, wav
from engines.engine import Engine, Missing, Setting, Speak, Speech
from engines.texts import text

VOICES = {
    "cmu_us_slt_arctic_hts": ("en", "utf-8"),
    "kal_diphone": ("en", "utf-8"),
    "upc_ca_ona_hts": ("ca", "iso-8859-15"),
    "lp_diphone": ("it", "iso-8859-1"),
    "pc_diphone": ("it", "iso-8859-1"),
    "czech_dita": ("cs", "iso-8859-2"),
    "czech_machac": ("cs", "iso-8859-2"),
    "czech_ph": ("cs", "iso-8859-2"),
    "msu_ru_nsh_clunits": ("ru", "utf-8"),
    "suo_fi_lj_diphone": ("fi", "iso-8859-1"),
    "hy_fi_mv_diphone": ("fi", "iso-8859-1"),
    "hindi_NSK_diphone": ("hi", "utf-8"),
}
"""Language of each voice and the encoding of the text that it reads."""
FOLDER = Path("/usr/share/festival/voices")
LICENCE = "BSD-style, LGPL or GPL by voice (Debian main)"
PACKAGES = (
    "festival festvox-us-slt-hts festvox-kallpc16k festvox-ca-ona-hts festvox-italp16k festvox-itapc16k "
    "festvox-czech-dita festvox-czech-machac festvox-czech-ph festvox-ru festvox-suopuhe-lj "
    "festvox-suopuhe-mv festvox-hi-nsk"
)


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("festival", "tts", 60, "Debian festival, festvox-*", LICENCE, load)


def load(setting: Setting) -> Speak:
    """Find the program and those of VOICES that are there; raise Missing where none is."""
    text2wave = program("text2wave", PACKAGES)
    voices = [name for name in VOICES if any(FOLDER.glob(f"*/{name}"))]
    if not voices:
        raise Missing(f"Festival has no voice: apt-get install {PACKAGES}.")

    def speak(number: int, rng: np.random.Generator) -> Speech:
        voice = voices[number % len(voices)]
        language, encoding = VOICES[voice]
        said = text(language, rng).encode(encoding, "ignore")
        stretch = f"(Parameter.set 'Duration_Stretch {rng.uniform(0.9, 1.15):.2f})"
        samples, rate = wav([text2wave, "-eval", f"(voice_{voice})", "-eval", stretch, "-o", "{out}"], said)
        return Speech(samples, rate, f"festival:{voice}", language)

    return speak
