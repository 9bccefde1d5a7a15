"""Can the findings of the readers be said in German and Spanish, with the same facts?"""

from __future__ import annotations

from string import Formatter

import pytest

from quivive.messages.chats.detector import ChatDetector
from quivive.messages.chats.sms_backup import SmsBackupDetector
from quivive.messages.chats.transcripts import TranscriptDetector
from quivive.messages.mails.html_detector import HtmlDetector
from quivive.messages.mails.mail_detector import MailDetector
from quivive.messages.mails.mbox import MboxDetector
from quivive.messages.mails.outlook import OutlookDetector
from quivive.render.lang import sentences

READERS = (
    ChatDetector,
    HtmlDetector,
    MailDetector,
    MboxDetector,
    OutlookDetector,
    SmsBackupDetector,
    TranscriptDetector,
)


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", ["de", "es"])
@pytest.mark.parametrize("reader", READERS)
def test_every_finding_has_its_sentence(language: str, reader: type[ChatDetector]) -> None:
    translated = sentences(language)
    for code, english in reader.codes.items():
        assert code in translated
        assert fields(translated[code]) <= fields(english), code
