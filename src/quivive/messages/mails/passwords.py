"""Which words of a message may be the password of what it carries?"""

from __future__ import annotations

import re

MOST = 16

_NAMED = re.compile(
    r"(?i)pass[\s-]?(?:word|code|wort|phrase|wd)|\bpwd\b|\bpw\b|\bpin\b|kennwort"
    r"|contrase[nñ]a|\bclave\b|mot de passe|code d['’]acc[eè]s|wachtwoord|\bsenha\b|palavra[\s-]passe"
    r"|şifre|\bparola\b|hasło|пароль|密码|密碼|パスワード|비밀번호|암호|lösenord|adgangskode|\bpassord"
    r"|salasana|\bheslo|jelszó|κωδικός|كلمة (?:المرور|السر)|סיסמ[אה]|पासवर्ड|รหัสผ่าน|mật khẩu|kata sandi"
)
_CANDIDATE = re.compile(r"[^\s\"'“”„‚‘’«»「」<>:：=]{3,64}")
_QUOTED = re.compile(r"[\"'“„‚‘«「]([^\"'“”„‚‘’«»「」\n]{3,64})[\"'”’“»」]")
_FILLERS = frozenset(
    str.split(
        "the file archive attached attachment document zip pdf for and your this with use is are ist "
        "lautet für das die der den und zum zur del para los las archivo esta este les est pour cette "
        "voor het van deze een dos arquivo protected geschützt open öffnen"
    )
)


def hints(text: str) -> tuple[str, ...]:
    """Words near 'password' in any of some 25 languages, likeliest first; at most `MOST`."""
    found: dict[str, None] = {}
    for named in _NAMED.finditer(text):
        after = text[named.end() : named.end() + 160]
        quoted = [match[1] for match in _QUOTED.finditer(after)]
        for word in [*quoted, *_after(after)]:
            found.setdefault(word)
    return tuple(sorted(found, key=lambda word: word.lower() in _FILLERS))[:MOST]


def _after(text: str) -> list[str]:
    """The words that follow, those with a digit first, each also without the full stop behind it."""
    words = _CANDIDATE.findall(text)[:8]
    forms = [form for word in words for form in dict.fromkeys((word.rstrip(".,;!?。)"), word))]
    return sorted(
        (form for form in forms if len(form) >= 3), key=lambda word: not any(c.isdigit() for c in word)
    )
