"""How does one say in words what the picture of a voice shows?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quivive.voices.picture.timeline import Passage, Span, Timeline

_WORDS = {
    "en": {
        "what": "Picture of {length} of sound: above, which pitches are heard when (spectrogram, dark is "
        "loud); below, moment by moment, whether the voice is more like a machine's or a person's.",
        "machine": "{mark}: from {start} to {end} the voice speaks for a machine (score {score}).",
        "person": "{mark}: from {start} to {end} the voice speaks for a person (score {score}).",
        "machine-unsure": "{mark}: from {start} to {end} the voice is most like a machine's, but not enough "
        "to tell (score {score}).",
        "person-unsure": "{mark}: from {start} to {end} the voice is most like a person's, but not enough to "
        "tell (score {score}).",
        "limits": "A score of {alarm} or more speaks for a machine, of {clear} or less for a person; between "
        "the two, in the grey band, nobody can tell.",
        "alike": "All of it sounds alike: no passage stands out.",
        "none": "There was too little speech to say how it sounds along time; only the sound is shown.",
    },
    "de": {
        "what": "Bild von {length} Ton: oben, welche Tonhöhen wann zu hören sind (Spektrogramm, dunkel ist "
        "laut); unten, Augenblick für Augenblick, ob die Stimme eher einer Maschine oder einem Menschen "
        "gleicht.",
        "machine": "{mark}: von {start} bis {end} spricht die Stimme für eine Maschine (Wert {score}).",
        "person": "{mark}: von {start} bis {end} spricht die Stimme für einen Menschen (Wert {score}).",
        "machine-unsure": "{mark}: von {start} bis {end} gleicht die Stimme am ehesten einer Maschine, doch "
        "nicht genug für ein Urteil (Wert {score}).",
        "person-unsure": "{mark}: von {start} bis {end} gleicht die Stimme am ehesten einem Menschen, doch "
        "nicht genug für ein Urteil (Wert {score}).",
        "limits": "Ein Wert ab {alarm} spricht für eine Maschine, bis {clear} für einen Menschen; "
        "dazwischen, im grauen Band, lässt es sich nicht sagen.",
        "alike": "Alles klingt gleich: Keine Stelle sticht heraus.",
        "none": "Es wurde zu wenig gesprochen, um etwas über den Verlauf zu sagen; gezeigt wird nur der Ton.",
    },
    "es": {
        "what": "Imagen de {length} de sonido: arriba, qué tonos se oyen y cuándo (espectrograma; lo oscuro "
        "es lo fuerte); abajo, momento a momento, si la voz se parece más a la de una máquina o a la de una "
        "persona.",
        "machine": "{mark}: de {start} a {end} la voz apunta a una máquina (puntuación {score}).",
        "person": "{mark}: de {start} a {end} la voz apunta a una persona (puntuación {score}).",
        "machine-unsure": "{mark}: de {start} a {end} la voz es la que más se parece a una máquina, pero no "
        "basta para decidir (puntuación {score}).",
        "person-unsure": "{mark}: de {start} a {end} la voz es la que más se parece a una persona, pero no "
        "basta para decidir (puntuación {score}).",
        "limits": "Una puntuación de {alarm} o más apunta a una máquina, de {clear} o menos a una persona; "
        "entre ambas, en la banda gris, no se puede saber.",
        "alike": "Todo suena igual: ningún pasaje destaca.",
        "none": "Se habló demasiado poco para decir cómo suena a lo largo del tiempo; solo se muestra el "
        "sonido.",
    },
}
LABELS = {
    "en": {
        "machine": "machine",
        "band": "cannot tell",
        "person": "person",
        "speech": "speech",
        "time": "time",
    },
    "de": {"machine": "Maschine", "band": "unklar", "person": "Mensch", "speech": "Sprache", "time": "Zeit"},
    "es": {
        "machine": "artificial",
        "band": "dudoso",
        "person": "humana",
        "speech": "habla",
        "time": "tiempo",
    },
}
"""Words inside the picture; ASCII only, since the font that ships with Pillow has no more."""


def caption(shown: Timeline, seconds: float, language: str = "en") -> str:
    """What the picture is, in the first line; then a sentence for each passage, machines first."""
    words = _WORDS.get(language, _WORDS["en"])
    lines = [words["what"].format(length=clock(seconds))]
    lines += [_sentence(passage, words) for passage in shown.passages]
    if not shown.windows:
        return "\n".join([*lines, words["none"]])
    if not shown.passages:
        lines.append(words["alike"])
    if shown.alarm is not None and shown.clear is not None:
        lines.append(words["limits"].format(alarm=f"{shown.alarm:.2f}", clear=f"{shown.clear:.2f}"))
    return "\n".join(lines)


def _sentence(passage: Passage, words: dict[str, str]) -> str:
    key = passage.side if passage.sure else f"{passage.side}-unsure"
    start, end = clock(passage.start), clock(passage.end)
    return words[key].format(mark=passage.mark, start=start, end=end, score=f"{passage.score:.2f}")


def times(passages: Iterable[Span]) -> str:
    """'0:03.0–0:07.0, 1:12.5–1:16.0': for a finding's parameters, the same in every language."""
    return ", ".join(f"{clock(each.start)}–{clock(each.end)}" for each in passages)


def clock(seconds: float) -> str:
    """Minutes, seconds and tenths: '0:03.4', '12:05.0'."""
    tenths = round(max(seconds, 0.0) * 10)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def ticks(seconds: float, most: int = 12) -> Iterator[float]:
    """Round moments from 0 to `seconds` for an axis, at most `most` of them and the first."""
    step = next((each for each in _STEPS if seconds / each <= most), _STEPS[-1])
    number = 0
    while number * step <= seconds:
        yield number * step
        number += 1


_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)
