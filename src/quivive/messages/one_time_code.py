"""Does a message do nothing but deliver a one-time code?

Such a message names a code beside the word for it, and neither asks for one to be passed on nor holds a
link, a telephone number or an address to turn to. Then no wording in it can make it a scam by itself."""

from __future__ import annotations

import re

from quivive.messages.features import LINK, MAIL, PHONE, fold, tokenise
from quivive.messages.normalise import normalise

LONGEST = 320
_NAMED = re.compile(
    r"\b(?:codes?|passcode|otp|pin|one[- ]time|verification|2fa|tan|sifre\w*|kod\w*|dogrulama|codigo|clave"
    r"|codice|senha|haslo|kode|sandi|einmal\w*|bestatigungs\w*|sicherheitscode|toegangscode|inlogcode)\b"
    r"|验证码|驗證碼|校验码|动态码|認証コード|確認コード"
    r"|код|парол|कोड|ओटीपी|인증번호|رمز"
)
_CODE = re.compile(r"(?<![\d#+])(?<!\d[ -])(?:\d{3}[- ]\d{3}|\d{4,8})(?![ -]?\d)")
_ASKED = re.compile(
    r"\b(?:send|forward|tell|give|reply|text|read|share (?:it|this|the code) with (?:me|us|our)|schick\w*|"
    r"sende[nt]?|leite|nenn\w*|gonder\w*|ilet\w*|soyle\w*|paylasir|envia\w*|manda\w*|dime|reenvia\w*|envoie\w*|"
    r"transmet\w*|donne\w*|inoltra\w*|invia\w*|comunica\w*|stuur\w*|geef|doorsturen|wyslij|podaj|przeslij|"
    r"kirim\w*|beri\w*|teruskan|bhej\w*|bata\w*)\b"
    r"|发给|發給|告诉我|告訴我|转发|回复|送って|教えて|転送"
    r"|пришли|скажи|отправь|сообщите|перешли|भेज|बता"
)
_DENIED = re.compile(
    r"\b(?:do ?n[o']t|dont|never|nobody|no one|not|nicht|kein\w*|nie\w*|no|non|ne|nunca|jangan|kimse\w*|mai"
    r"|niet|nooit|mat|naa?)\b|勿|不要|请勿|切勿|別|しない|ないで|не |никому|न |नहीं|किसी"
)


def delivers_code(text: str) -> bool:
    """Whether the text is a lone one-time code; 'do not send it to anyone' does not count as asking."""
    if len(text) > LONGEST:
        return False
    plain = fold(normalise(text).text)
    rest = _CODE.sub(" ", plain)  # a code of eight digits is no telephone number
    turns_elsewhere = any(t in (LINK, MAIL, PHONE) for t in tokenise(rest).texts)
    return bool(_NAMED.search(plain) and _CODE.search(plain)) and not turns_elsewhere and not _asks(plain)


def _asks(plain: str) -> bool:
    """A request to pass something on, in a clause that does not forbid it."""
    clauses = re.split(r"[.!?;,。！？，\n]", plain)
    return any(_ASKED.search(clause) and not _DENIED.search(clause) for clause in clauses)
