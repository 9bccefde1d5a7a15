import pytest

from quivive.advice import advise, text_of, topics
from quivive.model import Finding


def found(*names: str, kind="fail"):
    return [Finding("d", f"x/{name}", kind, "m", topics=(name,)) for name in names]


def codes(*args):
    return [step.code for step in advise(*args)]


def test_nothing_found_never_reads_as_safe():
    steps = advise("nothing-found", [], "en", None)
    assert "not proof of safety" in steps[0].text


def test_could_not_look_says_what_to_try():
    assert codes("could-not-look", [], "en", None) == ["ask-again", "not-safe"]


def test_each_kind_of_fraud_has_its_steps_before_the_general_ones():
    listed = codes("act", found("relative"), "en", None)
    assert listed[0] == "call-relative"
    assert listed.index("family-passphrase") < listed.index("do-not-reply")


def test_the_topic_most_findings_speak_for_comes_first_and_no_step_twice():
    listed = codes("act", found("investment", "recovery", "recovery"), "en", None)
    assert listed[0] == "no-recovery-service"
    assert len(listed) == len(set(listed))


def test_findings_that_are_in_order_do_not_choose_advice():
    assert "track-parcel" not in codes("look", found("delivery", kind="pass"), "en", None)


def test_where_to_report_depends_on_the_country():
    assert advise("act", found("bank"), "en", "gb")[-1].code == "report-to/GB"
    assert not any(code.startswith("report-to") for code in codes("act", found("bank"), "en", "XX"))


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("topic", sorted(topics()))
def test_every_step_is_said_in_every_language(language, topic):
    steps = advise("act", found(topic), language, None)
    english = advise("act", found(topic), "en", None)
    assert [step.code for step in steps] == [step.code for step in english]
    if language != "en":
        assert all(a.text != b.text for a, b in zip(steps, english, strict=True))


def test_an_unknown_code_keeps_its_old_text():
    assert text_of("of-another-version", "de", "old words") == "old words"


def test_every_topic_that_a_rule_names_has_advice():
    from quivive.messages.rules import all_rules

    assert {topic for rule in all_rules() for topic in rule.topics} <= topics()
