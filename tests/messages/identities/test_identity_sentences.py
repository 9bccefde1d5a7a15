"""Can every finding on senders, domains, links and values be said in German and Spanish with its facts?"""

from __future__ import annotations

from string import Formatter

import pytest

from quivive.messages.identities.authentication import Authentication
from quivive.messages.identities.domains import Domains
from quivive.messages.identities.identity import Identity
from quivive.messages.identities.indicators import Indicators
from quivive.messages.identities.links import Links
from quivive.messages.identities.values import Values
from quivive.model import Detector
from quivive.render.lang import sentences

DETECTORS: tuple[Detector, ...] = (Authentication(), Domains(), Identity(), Indicators(), Links(), Values())


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", ["de", "es"])
@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.name)
def test_every_finding_has_its_sentence(language: str, detector: Detector) -> None:
    translated = sentences(language)
    for code, english in detector.codes.items():
        assert code in translated
        assert fields(translated[code]) == fields(english), code


@pytest.mark.parametrize("language", ["de", "es"])
def test_no_sentence_is_left_over(language: str) -> None:
    known = {code for detector in DETECTORS for code in detector.codes}
    mine = ("identity/", "domain/", "link/", "auth/", "indicator/", "value/")
    assert {code for code in sentences(language) if code.startswith(mine)} <= known


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.name)
def test_every_sentence_is_one_a_victim_can_hear(detector: Detector) -> None:
    for code, sentence in detector.codes.items():
        assert len(sentence) < 260, code
        assert sentence.rstrip().endswith((".", ")")), code
