import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from conftest import NOON
from quivive.errors import NotFound
from quivive.examine import examine
from quivive.intake import take
from quivive.model import Advice, Context, Examination, Figure, Finding, LikelihoodRatio, Observable, Where
from quivive.render import FORMS, render
from quivive.render.lang import labels, languages, sentences, translate
from quivive.render.redact import redact
from quivive.render.safe import inert, plain

HOSTILE = (
    "<script>alert(1)</script>\x1b[2J\x9b31m\u202egnp.exe \"'><img src=x onerror=y> "
    "=cmd|' /C calc'!A0 {{7*7}}"
)
TEXT = f"Pay at https://evil.example.com/x now {HOSTILE} mail a@evil.example.com +44 20 7946 0958"


def report(text: str = TEXT, name: str = "m.txt"):
    """A report with a hostile value in every field that evidence can fill."""
    base = examine(take(text.encode(), name, "text/plain"), [], Context(now=NOON))
    item = replace(base.items[0], name=HOSTILE, origin=HOSTILE, media_type=HOSTILE)
    start = text.index("https://")
    end = start + len("https://evil.example.com/x")
    link = Observable("url", "https://evil.example.com/x", HOSTILE, Where(start, end, text[start:end]))
    ratio = LikelihoodRatio("p", "a", 2.5, 2.0, 3.0, (-3, 3), "moderately strong support", "made up")
    findings = (
        Finding("d.e", "x/flag", "fail", f"Bad: {HOSTILE}", HOSTILE, Where(0, 10, text[:10]), id="f1",
                references=(HOSTILE,), params={"what": HOSTILE}),
        Finding("d.e", "x/score", "open", "Scored.", HOSTILE, Where(part=HOSTILE), 2.5, "scam-message", ratio,
                id="f2", figures=(Figure("image/svg+xml", "<svg onload=x>", HOSTILE),)),
        Finding("d.e", "x/ok", "pass", "In order.", HOSTILE, id="f3"),
    )  # fmt: skip
    return replace(
        base,
        name=HOSTILE,
        attention="act",
        items=(item,),
        findings=findings,
        observables=(link, Observable("phone-number", "+442079460958", HOSTILE),
                     Observable("user-account", HOSTILE, HOSTILE)),
        examinations=(Examination("d.e", "1", HOSTILE, 0.1, ("f1",)),
                      Examination("d.f", "1", HOSTILE, skipped=HOSTILE)),
        advice=(Advice("do-not-reply", "Do not reply.", "general"),),
        not_reached=(HOSTILE,),
        tool={"name": "quivive", "version": "9"},
    )  # fmt: skip


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("form", FORMS)
def test_no_form_carries_control_or_bidi_characters(form):
    text = render([report()], form, "en", {}, verbose=2)
    assert not any(c in text for c in "\x1b\x9b\u202e\x07")


def test_html_has_no_script_no_link_no_picture_and_fetches_nothing():
    page = Tags()
    page.feed(render([report()], "html", "en", {}))
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "a", "img", "iframe", "object", "form", "link", "base", "input", "button"}
    assert not any(
        name.startswith("on") or name in ("href", "src") for _, attrs in page.tags for name in attrs
    )
    assert "https://evil" not in page.text
    assert "hxxps://evil[.]example[.]com/x" in page.text
    assert "{{7*7}}" in page.text
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_html_marks_the_words_that_a_finding_speaks_of():
    html = render([report()], "html", "en", {})
    assert '<mark class="fail">Pay at htt</mark>' not in html  # the link inside the mark is unclickable
    assert '<mark class="fail">Pay at </mark>' in html
    assert html.index("<sup>1</sup>") > html.index('<mark class="fail">')


def test_html_says_what_was_checked_what_not_and_the_hash():
    html = render([report()], "html", "en", {})
    for words in (
        "What was checked",
        "What could not be checked",
        "What to do now",
        report().items[0].sha256,
    ):
        assert words in html


def test_a_weight_is_drawn_and_said_in_words():
    html = render([report()], "html", "en", {})
    assert "moderately strong support (log10 LR +2.5, 95 % interval +2.0 to +3.0)" in html
    assert 'aria-label="On the scale' in html


def test_text_is_worst_first_and_ends_with_what_to_do():
    text = render([report()], "text", "en", {})
    assert text.startswith("ACT NOW")
    assert text.index("Bad:") < text.index("Scored.") < text.index("What to do now")
    assert "In order." not in text
    assert "In order." in render([report()], "text", "en", {}, verbose=1)


def test_text_of_several_inputs_ends_with_a_count():
    text = render([report(), replace(report(), attention="nothing-found")], "text", "en", {})
    assert text.rstrip().endswith("2 inputs: 1 act now, 1 nothing found")


def test_colour_is_never_the_only_signal():
    with_colour = render([report()], "text", "en", {}, colour=True)
    assert "\x1b[1;31mACT NOW" in with_colour
    assert "!!" in render([report()], "text", "en", {})


def test_nothing_found_never_reads_as_safe():
    for language in languages():
        words = labels(language)
        assert any(no in words["attention/nothing-found/means"] for no in ("not", "nicht", "no "))


def test_csv_cells_do_not_run_as_formulas():
    rows = list(csv.DictReader(io.StringIO(render([report(), report()], "csv", "en", {}))))
    assert len(rows) == 2
    assert rows[0]["log10_lr"] == "2.50"
    bad = render([replace(report(), name="=1+1")], "csv", "en", {})
    assert "\n'=1+1," in bad.replace("\r\n", "\n")


def test_sarif_has_kinds_levels_and_places():
    log = json.loads(render([report()], "sarif", "en", {}))
    run = log["runs"][0]
    assert log["version"] == "2.1.0"
    kinds = {result["ruleId"]: (result["kind"], result["level"]) for result in run["results"]}
    assert kinds == {"x/flag": ("fail", "error"), "x/score": ("open", "none"), "x/ok": ("pass", "none")}
    flag = next(r for r in run["results"] if r["ruleId"] == "x/flag")
    region = flag["locations"][0]["physicalLocation"]["region"]
    assert (region["charOffset"], region["charLength"]) == (0, 10)
    assert run["tool"]["driver"]["rules"][flag["ruleIndex"]]["id"] == "x/flag"


def test_every_language_has_every_label():
    english = set(labels("en"))
    for language in languages():
        assert set(labels(language)) == english
    assert {"en", "de", "es"} <= set(languages())


def test_every_finding_can_be_said_in_every_language(bench):
    codes = {code for detector in bench.detectors() for code in detector.codes}
    for language in set(languages()) - {"en"}:
        missing = codes - set(bench.sentences(language))
        assert not missing, f"{language}: {sorted(missing)}"


def test_translated_sentences_have_the_same_fields(bench):
    from string import Formatter

    def fields(sentence):
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    for detector in bench.detectors():
        for code, english in detector.codes.items():
            for language in set(languages()) - {"en"}:
                assert fields(bench.sentences(language)[code]) <= fields(english), (language, code)


def test_an_unknown_language_or_form_names_those_that_exist():
    with pytest.raises(NotFound, match="de, en, es"):
        translate(report(), "xx", {})
    with pytest.raises(NotFound, match="sarif"):
        render([report()], "pdf", "en", {})
    with pytest.raises(NotFound):
        sentences("../../etc")


def test_an_old_report_is_translated_by_its_codes_and_parameters():
    found = {"x/flag": "Schlecht: {what}", "x/score": "{no_such_field}"}
    german = translate(report(), "de", found)
    assert german.findings[0].message.startswith("Schlecht: <script>")
    assert german.findings[1].message == "Scored."
    assert german.advice[0].text.startswith("Nicht antworten")


def test_redaction_masks_personal_values_everywhere_and_keeps_links_and_hashes():
    masked = redact(report())
    text = render([masked], "json", "en", {})
    for personal in ("7946", "a@evil"):
        assert personal not in text
    assert "https://evil.example.com/x" in text
    assert masked.items[0].sha256 == report().items[0].sha256
    assert len(masked.items[0].text) == len(report().items[0].text)


def test_inert_text_defangs_links_and_addresses():
    assert inert("see http://a.example.org/b or x@a.example.org") == (
        "see hxxp://a[.]example[.]org/b or x[@]a[.]example[.]org"
    )
    assert plain("a\x1b[0m\nb") == "a�[0m b"
    assert plain("نمی\u200cخواهم") == "نمی\u200cخواهم"
