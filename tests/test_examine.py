from dataclasses import replace

import pytest

from conftest import NOON
from fakes import Blind, Bottomless, Broken, Last, Numbers, OfNoUse, Plain, Splitter, Weighing
from quivive.examine import Missing, accepts, attention, discover, examine
from quivive.intake import take
from quivive.model import Context, Examination, Finding, Limits, Observable

CONTEXT = Context(now=NOON)


def text(content: str, name: str = "m.txt"):
    return take(content.encode(), name, "text/plain")


def test_derived_items_are_examined_in_their_turn_under_unique_names():
    report = examine(text("a|b"), [Plain(), Splitter()], CONTEXT)
    assert [item.name for item in report.items] == ["m.txt", "m.txt/half", "m.txt/half (2)"]
    assert [f.item for f in report.findings] == ["m.txt", "m.txt/half", "m.txt/half (2)"]
    assert report.items[1].parent == "m.txt"


def test_the_same_content_is_examined_once():
    report = examine(text("a|a"), [Plain(), Splitter()], CONTEXT)
    assert len(report.items) == 2


def test_observables_are_examined_once_each_and_kept_with_their_item():
    report = examine(text("a|b"), [Numbers(), Splitter()], CONTEXT)
    assert {o.item for o in report.observables} == {"m.txt", "m.txt/half", "m.txt/half (2)"}
    assert [f.where.part for f in report.findings] == ["+12025550123"]


def test_who_concludes_is_asked_last_and_hears_of_this_item_alone():
    report = examine(text("a|b"), [Last(), Plain(), Splitter()], CONTEXT)
    sums = [f.message for f in report.findings if f.code == "fake/sum"]
    assert sums[0] == "m.txt:fake.plain m.txt:fake.splitter found fake/seen."
    assert sums[1] == "m.txt/half:fake.plain m.txt/half:fake.splitter found fake/seen."


def test_depth_is_bounded_and_what_was_not_reached_is_said():
    report = examine(text("x"), [Bottomless()], replace(CONTEXT, limits=Limits(depth=3)))
    assert len(report.items) == 4
    assert report.not_reached == ("m.txt/more/more/more/more: deeper than 3 levels",)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(Limits(items=2), "more than 2 items"), (Limits(bytes=4), "more than 0 MiB in all")],
)
def test_number_and_bytes_are_bounded(limits, reason):
    report = examine(text("ab|cd"), [Splitter()], replace(CONTEXT, limits=limits))
    assert any(reason in note for note in report.not_reached)


def test_text_beyond_the_limit_is_named():
    limits = Limits(text=10)
    item = take(b"a" * 11, "m.txt", "text/plain", limits=limits)
    report = examine(item, [Plain()], replace(CONTEXT, limits=limits))
    assert report.not_reached == ("m.txt: text beyond 10 characters",)


def test_seconds_are_bounded_and_the_checks_left_out_are_named():
    report = examine(text("x"), [Plain()], replace(CONTEXT, limits=Limits(seconds=-1.0)))
    assert report.not_reached == ("m.txt: fake.plain: the time limit was reached",)


def test_a_detector_that_fails_leaves_its_findings_and_a_reason():
    report = examine(text("x"), [Broken(), Plain()], CONTEXT)
    assert [f.code for f in report.findings] == ["fake/seen", "fake/seen"]
    broken = next(e for e in report.examinations if e.detector == "fake.broken")
    assert "ZeroDivisionError" in broken.skipped
    assert broken.findings == ("f1",)


def test_could_not_look_is_in_the_report():
    report = examine(text("x"), [Blind()], CONTEXT)
    assert report.attention == "could-not-look"
    assert report.examinations[0].skipped == "It is too dark."


def test_what_a_subject_does_not_have_is_no_gap():
    report = examine(text("x"), [OfNoUse()], CONTEXT)
    assert report.attention == "nothing-found"
    assert (report.examinations[0].skipped, report.examinations[0].called_for) == (
        "A text has no sound.",
        False,
    )


def test_a_missing_detector_and_an_unknown_type_are_said():
    report = examine(take(b"\x00\x01", "x.bin"), [Plain()], CONTEXT, [Missing("voices.clone", "Install x.")])
    assert [e.skipped for e in report.examinations] == [
        "No detector reads application/octet-stream.",
        "Install x.",
    ]


def test_the_strongest_item_speaks_for_the_report():
    report = examine(text("1|2.5"), [Splitter(), Weighing()], CONTEXT)
    assert report.score("scam-message") == 2.5
    assert report.weight("scam-message").log10 == 2.5
    assert report.score("synthetic-voice") is None


def test_reports_do_not_carry_the_bytes_of_the_evidence():
    assert all(item.data == b"" for item in examine(text("a|b"), [Splitter()], CONTEXT).items)


def _finding(kind, code="x/y", weight=None):
    return Finding("d", code, kind, "m", weight=weight)


def test_attention_follows_the_stated_rules():
    ratio = examine(text("2.0"), [Weighing()], CONTEXT).weight("scam-message")
    look = replace(ratio, log10=1.0)
    missed = Examination("d", "1", "i", skipped="why")
    assert attention([_finding("fail")], []) == "act"
    assert attention([_finding("open", weight=ratio)], []) == "act"
    assert attention([_finding("review", code) for code in ("a/1", "a/2", "a/3")], []) == "act"
    assert attention([_finding("review")] * 3, []) == "look"
    assert attention([_finding("open", weight=look)], []) == "look"
    assert attention([_finding("pass")], [missed]) == "could-not-look"
    assert attention([], [replace(missed, called_for=False)]) == "nothing-found"
    assert attention([_finding("informational"), _finding("pass"), _finding("open")], []) == "nothing-found"


def test_media_types_are_matched_by_pattern_and_observables_by_type():
    plain = Plain()
    plain.accepts = frozenset({"image/*", "url"})
    assert accepts(plain, take(b"\x89PNG\r\n\x1a\n", "a.png"))
    assert accepts(plain, Observable("url", "http://a.example"))
    assert not accepts(plain, text("x"))


def test_every_detector_is_discovered_with_a_unique_name_and_sentences():
    detectors, missing = discover()
    assert missing == ()
    names = [detector.name for detector in detectors]
    assert names == sorted(set(names))
    for detector in detectors:
        assert detector.name.split(".")[0] in detector.__class__.__module__
        assert all("/" in code and sentence for code, sentence in detector.codes.items())
