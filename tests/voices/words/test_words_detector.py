"""Do the words of a recording reach the message detectors, and only where they were said in English?"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from conftest import NOON
from quivive.calls.captures.audio import wav as wav_of
from quivive.errors import CouldNotLook, NotInstalled
from quivive.intake import take
from quivive.model import Context, Finding, Item
from quivive.render.lang import sentences
from quivive.voices.sound import RATE, decode
from quivive.voices.words import recogniser as recognising
from quivive.voices.words import words_detector
from quivive.voices.words.recogniser import Recogniser, folder
from quivive.voices.words.words_detector import Words
from voices.sound_maker import write
from voices.voice_maker import recording
from voices.words.hearing import clear, muddled

DATA = Path(__file__).parent / "data"
with_the_model = pytest.mark.skipif(folder() is None, reason="the extra 'words' is not installed")


class Deaf(Recogniser):
    """Hears the same in every piece."""

    def __init__(self, heard):
        self.always = heard

    def hear(self, samples):
        return self.always


@pytest.fixture
def hears(monkeypatch):
    """Lets the recogniser hear what a test says, so that the model need not be there."""

    def replace(heard):
        monkeypatch.setattr(words_detector, "recogniser", lambda: Deaf(heard))

    return replace


def examined(data: bytes, name: str = "voicemail") -> tuple[dict[str, Finding], list[Item]]:
    found: dict[str, Finding] = {}
    texts: list[Item] = []
    for each in Words().examine(take(data, name), Context(NOON)):
        if isinstance(each, Finding):
            found[each.code] = each
        elif isinstance(each, Item):
            texts.append(each)
    return found, texts


def two_sided() -> bytes:
    (track,) = decode(recording())
    return write(np.stack([track.samples, track.samples[::-1]]), "wav", "pcm_s16le", RATE)


def test_what_is_said_in_english_becomes_a_text_of_a_call(hears):
    hears(clear("Please call us back at once."))
    found, (text,) = examined(recording())
    assert "Please call us back at once." in text.text
    assert (text.media_type, text.channel) == ("text/plain", "call")
    assert found["words/english"].kind == "informational"
    assert "misheard" in found["words/english"].message


def test_other_languages_give_no_text_but_could_not_look(hears):
    hears(muddled())
    found: list[Finding] = []
    with pytest.raises(CouldNotLook, match="not English"):
        found += Words().examine(take(recording(), "voicemail"), Context(NOON))
    assert not [each for each in found if isinstance(each, Item)]


def test_it_says_that_the_language_was_not_english(hears):
    hears(muddled())
    run = Words().examine(take(recording(), "voicemail"), Context(NOON))
    first = next(run)
    assert isinstance(first, Finding)
    assert (first.code, first.kind) == ("words/not-english", "open")


def test_a_short_word_is_not_written_down(hears):
    hears(clear())
    run = Words().examine(take((DATA / "short.opus").read_bytes(), "short"), Context(NOON))
    assert next(run).code == "words/too-short"


def test_where_nobody_speaks_nothing_is_said(hears):
    hears(clear())
    assert examined(wav_of(bytes(2 * RATE * 5), RATE)) == ({}, [])


def test_each_side_of_a_call_has_its_own_text(hears):
    hears(clear())
    found, texts = examined(two_sided())
    assert texts[0].name.endswith("words of channel 1")
    assert found["words/english"].where.part.startswith("channel")


def test_what_lies_beyond_the_limit_is_named(hears, monkeypatch):
    hears(clear())
    monkeypatch.setattr(words_detector, "MOST_SECONDS", 2.0)
    found, _ = examined(recording())
    assert found["words/not-all"].kind == "open"


def test_without_the_model_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(recognising, "find_spec", lambda name: None)
    recognising.recogniser.cache_clear()
    with pytest.raises(NotInstalled, match=r"quivive\[words\]"):
        list(Words().examine(take(recording(), "voicemail"), Context(NOON)))
    assert Words().sources() == ()
    recognising.recogniser.cache_clear()


@pytest.mark.parametrize("language", ["de", "es"])
def test_every_finding_has_its_sentence(language):
    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    translated = sentences(language)
    for code, english in Words.codes.items():
        assert fields(translated[code]) == fields(english), code


# --- with the model ---


@with_the_model
def test_a_voicemail_in_english_is_written_down():
    _, (text,) = examined((DATA / "english.opus").read_bytes())
    assert "message from your bank" in text.text
    assert "do not tell anybody" in text.text


@with_the_model
def test_a_voicemail_in_german_is_refused():
    with pytest.raises(CouldNotLook):
        examined((DATA / "german.opus").read_bytes())


@with_the_model
def test_no_word_is_made_up_for_the_german_part_of_a_recording():
    try:
        _, texts = examined((DATA / "both.opus").read_bytes())
    except CouldNotLook:
        return
    (text,) = texts
    assert "anybody about this message" in text.text.splitlines()[0]
    assert text.text.splitlines()[1:] == ["[…]"]


@with_the_model
def test_the_same_sound_gives_the_same_words():
    data = (DATA / "english.opus").read_bytes()
    assert examined(data)[1][0].text == examined(data)[1][0].text


@with_the_model
def test_the_report_examines_the_words_as_a_message(bench):
    report = bench.check((DATA / "english.opus").read_bytes(), name="voicemail.opus")
    (text,) = [item for item in report.items if item.media_type == "text/plain"]
    assert text.parent == "voicemail.opus"
    assert {run.detector for run in report.examinations if run.item == text.name} >= {"messages.score"}
    assert any(source.licence == "MIT" and "Moonshine" in source.name for source in report.sources)


@with_the_model
def test_the_package_whose_files_are_used_is_not_run(monkeypatch):
    import sys

    examined((DATA / "english.opus").read_bytes())
    assert importlib.util.find_spec("moonshine_voice")
    assert "moonshine_voice" not in sys.modules
