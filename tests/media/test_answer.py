"""Is 'cannot tell' said where nothing decides, and only there?"""

from dataclasses import replace

import pytest

from conftest import NOON
from quivive.intake import take
from quivive.media.answer import Answer
from quivive.model import Context, Examination, Finding

CONTEXT = Context(now=NOON)
PICTURE = take(b"\x89PNG\r\n\x1a\n", "a.png", "image/png")


def ran(*names, skipped=None):
    return [Examination(name, "1", "a.png", skipped=skipped) for name in names]


def found(code, kind="informational"):
    return Finding("media.any", code, kind, "words", "a.png")


def answer(examinations, findings=(), item=PICTURE):
    return list(Answer().conclude(item, examinations, findings, CONTEXT))


def test_where_nothing_decides_it_says_what_was_checked_and_what_could_not_be():
    made = [*ran("media.marks", "media.history"), *ran("media.provenance", skipped="It is damaged.")]
    (one,) = answer(made, [found("history/file"), found("c2pa/none")])
    assert (one.code, one.kind, one.weight, one.score) == ("media/cannot-tell", "open", None, None)
    assert one.params == {"checked": "media.marks, media.history", "unchecked": "media.provenance"}


def test_a_check_that_never_ran_counts_as_not_made():
    (one,) = answer(ran("media.marks"))
    assert one.params["unchecked"] == "media.provenance, media.history"


def test_of_a_video_the_container_is_checked_by_who_reads_videos():
    video = replace(PICTURE, media_type="video/mp4")
    (one,) = answer(ran("media.marks", "media.provenance", "media.video"), item=video)
    assert one.params["unchecked"] == "–"


@pytest.mark.parametrize(
    ("code", "kind"),
    [("c2pa/trusted", "informational"), ("c2pa/content-changed", "fail"), ("c2pa/claims-ai", "review"),
     ("mark/comfyui", "review"), ("match/known-picture", "review")],
)  # fmt: skip
def test_what_decides_silences_it(code, kind):
    assert answer(ran("media.marks"), [found(code, kind)]) == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [("c2pa/unknown-signer", "informational"), ("c2pa/none", "informational"), ("history/edited", "review"),
     ("mark/partly-read", "informational"), ("c2pa/credential-problem", "review")],
)  # fmt: skip
def test_what_does_not_decide_leaves_it(code, kind):
    assert len(answer(ran("media.marks"), [found(code, kind)])) == 1


def test_the_pictures_of_a_video_are_not_asked_one_by_one():
    assert answer([], item=replace(PICTURE, parent="v.mp4", origin="picture of the video")) == []


def test_a_picture_without_any_sign_reads_cannot_tell(bench, shared_data):
    photo = sorted((shared_data / "media" / "real_coco").glob("*.jpg"))[0]
    report = bench.check(photo)
    assert [f.code for f in report.findings].count("media/cannot-tell") == 1
    assert report.attention in ("look", "nothing-found")
    assert report.weight("synthetic-image") is None
    assert report.score("synthetic-image") is None
