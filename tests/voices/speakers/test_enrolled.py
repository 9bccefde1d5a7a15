"""A voice is kept with consent or not at all, without sound, for its owner alone, and can be forgotten."""

import json
import stat

import numpy as np
import pytest

from quivive.errors import CouldNotLook, NotFound, UsageError
from quivive.voices.speakers import enrolled
from quivive.voices.speakers.enrolled import Consent
from voices.speakers.people import caller, somebody_else

CONSENT = Consent("Ann Example", "signed form of 22 November", "2026-11-22", "desk")


def keep(folder, name="Ann Example", consent=CONSENT):
    return enrolled.enroll(folder, name, [caller()[0]], [b"recording"], consent)


def test_a_kept_voice_comes_back_with_its_consent(tmp_path):
    keep(tmp_path)
    found = enrolled.load(tmp_path, "ann example")
    assert found.consent == CONSENT
    assert np.allclose(found.voice.numbers, caller()[0].numbers)
    assert enrolled.names(tmp_path) == ("Ann Example",)


def test_without_consent_nothing_is_kept(tmp_path):
    with pytest.raises(UsageError, match="consent"):
        keep(tmp_path, consent=Consent("Ann Example", " ", "2026-11-22", "desk"))
    assert not list(tmp_path.iterdir())


def test_no_sound_is_kept_and_only_the_owner_reads_it(tmp_path):
    keep(tmp_path)
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    body = json.loads(path.read_text("utf-8"))
    assert set(body) == {"format", "name", "consent", "voice", "files"}
    assert path.stat().st_size < 2_000


def test_a_name_is_not_overwritten(tmp_path):
    keep(tmp_path)
    with pytest.raises(UsageError, match="--forget"):
        keep(tmp_path)


def test_a_forgotten_voice_is_gone(tmp_path):
    keep(tmp_path)
    enrolled.forget(tmp_path, "Ann Example")
    assert not list(tmp_path.iterdir())
    with pytest.raises(NotFound, match="Ann Example"):
        enrolled.load(tmp_path, "Ann Example")
    with pytest.raises(NotFound):
        enrolled.forget(tmp_path, "Ann Example")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "\\\\x\\y", "..", "名前", "nul\0"])
def test_no_name_climbs_out_of_the_folder(tmp_path, name):
    folder = tmp_path / "voices"
    keep(folder, name)
    assert len(list(folder.iterdir())) == len(list(tmp_path.rglob("*.json"))) == 1
    assert enrolled.load(folder, name).name == name.strip()


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body | {"format": "quivive-voice/9"},
        lambda body: body | {"voice": body["voice"] | {"numbers": "AAAA"}},
        lambda body: body | {"voice": None},
        lambda body: [body],
        lambda body: {key: value for key, value in body.items() if key != "consent"},
    ],
)
def test_a_damaged_voice_is_said_to_be_damaged(tmp_path, change):
    keep(tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), "utf-8")
    with pytest.raises(CouldNotLook, match="enrol it again"):
        enrolled.load(tmp_path, "Ann Example")
    assert enrolled.names(tmp_path) == ()


def test_a_voice_of_a_model_that_is_not_known_is_refused(tmp_path):
    keep(tmp_path)
    (path,) = tmp_path.iterdir()
    body = json.loads(path.read_text("utf-8"))
    body["voice"]["model"] = "0" * 64
    path.write_text(json.dumps(body), "utf-8")
    with pytest.raises(CouldNotLook, match="enrol it again"):
        enrolled.load(tmp_path, "Ann Example")


def test_several_recordings_make_one_voice_that_weighs_the_longer_more():
    ann, other = caller()[0], somebody_else()
    mixed = enrolled.joined([ann, other])
    assert mixed.seconds == ann.seconds + other.seconds
    assert float(np.linalg.norm(mixed.numbers)) == pytest.approx(1, abs=1e-5)
    longer, shorter = (ann, other) if ann.seconds > other.seconds else (other, ann)
    assert mixed.numbers @ longer.numbers > mixed.numbers @ shorter.numbers
