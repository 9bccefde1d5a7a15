"""Does the report say whether a voice is synthetic, how strongly, where, and when nobody can tell?"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from string import Formatter

import numpy as np
import pytest

from conftest import NOON
from quivive.advice import topics
from quivive.calls.captures.audio import wav as wav_of
from quivive.intake import take
from quivive.model import Context, Finding
from quivive.render.lang import sentences
from quivive.voices import sound, synthetic_detector
from quivive.voices.judgement import Judgement, desks, judge
from quivive.voices.score import MODEL
from quivive.voices.speech import Segment
from quivive.voices.synthetic_detector import Synthetic
from voices.sound_maker import tone, write
from voices.turns_maker import two_by_turns
from voices.voice_maker import recording, voice


def examined(data: bytes) -> list[Finding]:
    found = list(Synthetic().examine(take(data, "recording"), Context(NOON)))
    assert all(isinstance(each, Finding) for each in found)
    return found  # type: ignore[return-value]


def sixteen(samples) -> bytes:
    return wav_of((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), sound.RATE)


def said(monkeypatch, verdict: str, score: float) -> Finding:
    """The finding for a recording that was judged so."""
    judged = replace(judge(voice()), verdict=verdict, score=score)
    monkeypatch.setattr(synthetic_detector, "judge", lambda samples, spoken: judged)
    (found,) = examined(recording())
    return found


def test_a_voice_gets_a_score_a_bounded_ratio_and_a_picture_with_words(bench):
    report = bench.check(recording(), name="voicemail.wav")
    ratio = report.weight("synthetic-voice")
    assert report.score("synthetic-voice") == pytest.approx(judge(voice()).score, abs=1e-4)
    assert ratio is not None
    assert ratio.bounds[0] <= ratio.low <= ratio.log10 <= ratio.high <= ratio.bounds[1]
    (finding,) = (each for each in report.findings if each.proposition == "synthetic-voice")
    (picture,) = finding.figures
    assert picture.media_type == "image/png"
    assert picture.text


def test_under_three_seconds_there_is_a_score_but_no_verdict(bench):
    report = bench.check(sixteen(voice()[: 2 * sound.RATE]), name="voicemail.wav")
    assert report.score("synthetic-voice") is not None
    assert report.weight("synthetic-voice") is None
    assert "voice/insufficient-speech" in {each.code for each in report.findings}


@pytest.mark.parametrize(
    ("verdict", "over", "code", "kind"),
    [
        ("alarm", 0.1, "voice/synthetic", "review"),
        ("alarm", -0.1, "voice/synthetic-passages", "review"),
        ("cannot-tell", -0.1, "voice/cannot-tell", "open"),
        ("clear", -0.1, "voice/nothing-synthetic", "informational"),
    ],
)
def test_each_verdict_has_its_words_and_its_kind(monkeypatch, verdict, over, code, kind):
    found = said(monkeypatch, verdict, desks()["telephone"].alarm + over)
    assert (found.code, found.kind) == (code, kind)


def test_where_nobody_can_tell_the_report_says_what_to_do_instead(monkeypatch):
    message = said(monkeypatch, "cannot-tell", 0.0).message
    assert "Call back on the number you know" in message
    assert "passphrase" in message
    assert "only the person knows" in message


def test_a_recording_in_which_nobody_speaks_gets_no_verdict_from_its_noise():
    noise = np.random.default_rng(3).normal(scale=0.2, size=10 * sound.RATE)
    assert examined(sixteen(noise)) == []


def test_each_side_of_a_call_is_judged_apart():
    spoken = voice()
    both = np.stack([tone(len(spoken) / sound.RATE, rate=sound.RATE)[: len(spoken)], spoken])
    (found,) = examined(write(both, "wav", "pcm_s16le", sound.RATE))
    assert found.where is not None
    assert found.where.part == "channel 2"


def test_two_who_take_turns_are_named_with_their_passages_and_judged_apart():
    samples, _ = two_by_turns()
    who, first, second = examined(sixteen(samples))
    assert (who.code, who.kind, who.weight) == ("voice/two-voices", "informational", None)
    assert "first voice (1)" in who.message
    assert "second voice (2)" in who.message
    assert who.message.count("0:00.0–0:0") == 1
    for number, each in enumerate((first, second), start=1):
        assert each.code.startswith("voice/one-of-two-")
        assert f"oice {number} of two" in each.message
        assert each.proposition == "synthetic-voice"
        assert each.weight is not None
        assert len(each.figures) == 1
    assert first.score != second.score
    assert str(first.params["turns"]) in who.message


def test_a_machine_that_speaks_a_few_seconds_between_a_person_is_not_averaged_away(monkeypatch):
    samples, said = two_by_turns()
    desk = desks()["telephone"]

    def judged(samples, spoken):
        machine = any(abs(spoken[0].start - start) < 0.5 for start, _ in said[1])
        found = judge(samples, spoken)
        over = 1.0 if machine else -1.0
        return replace(found, verdict="alarm" if machine else "clear", score=desk.alarm + over)

    monkeypatch.setattr(synthetic_detector, "judge", judged)
    kinds = {each.code: each.kind for each in examined(sixteen(samples))}
    assert kinds["voice/one-of-two-synthetic"] == "review"
    assert kinds["voice/one-of-two-nothing-synthetic"] == "informational"


def test_each_verdict_on_one_of_two_has_its_words(monkeypatch):
    samples, _ = two_by_turns()
    for verdict, over, code in [
        ("alarm", 0.1, "synthetic"),
        ("alarm", -0.1, "synthetic-passages"),
        ("cannot-tell", -0.1, "cannot-tell"),
        ("clear", -0.1, "nothing-synthetic"),
    ]:
        score = desks()["telephone"].alarm + over

        def judged(samples, spoken, verdict=verdict, score=score):
            return Judgement(score, "telephone", 9.0, spoken, (), None, verdict)

        monkeypatch.setattr(synthetic_detector, "judge", judged)
        codes = [each.code for each in examined(sixteen(samples))]
        assert codes == ["voice/two-voices", *[f"voice/one-of-two-{code}"] * 2]


def test_of_many_turns_only_the_first_are_named(monkeypatch):
    spoken = tuple(Segment(10.0 * n, 10.0 * n + 4) for n in range(9))
    monkeypatch.setattr(synthetic_detector, "voices", lambda samples, heard: (spoken[::2], spoken[1::2]))
    monkeypatch.setattr(synthetic_detector, "_MOST_TIMES", 3)
    who, *_ = examined(recording())
    assert who.params["first"] == "0:00.0–0:04.0, 0:20.0–0:24.0, 0:40.0–0:44.0 … (+2)"


def test_the_files_of_the_model_are_named_with_hash_and_licence():
    for source, name in zip(
        Synthetic().sources(), ("layers.onnx", "head.npz", "calibration.json"), strict=True
    ):
        assert source.sha256 == hashlib.sha256((MODEL / name).read_bytes()).hexdigest()
        assert source.licence


def test_its_advice_is_there():
    assert "cloned-voice" in topics()


@pytest.mark.parametrize("language", ["de", "es"])
def test_every_finding_has_its_sentence(language):
    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    translated = sentences(language)
    for code, english in Synthetic.codes.items():
        assert fields(translated[code]) == fields(english), code
