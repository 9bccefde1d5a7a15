"""Are the words that open an attachment found near 'password', in many languages?"""

from __future__ import annotations

import time

import pytest

from quivive.messages.mails.passwords import MOST, hints


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("The password is Krokus77.", "Krokus77"),
        ("Password: 4711", "4711"),
        ('Use the password "blue sky 9" to open it.', "blue sky 9"),
        ("Das Passwort für die Datei lautet: Krokus77", "Krokus77"),
        ("Kennwort = Winter-24!", "Winter-24!"),
        ("La contraseña del archivo es Sol2024", "Sol2024"),
        ("Mot de passe : soleil24", "soleil24"),
        ("Het wachtwoord is tulp99", "tulp99"),
        ("Senha do arquivo: praia88", "praia88"),
        ("Dosyanın şifresi: lale77", "lale77"),
        ("Пароль: zima24", "zima24"),
        ("解压密码：abc123", "abc123"),
        ("パスワード：hana55", "hana55"),
        ("PASSWORD\n\nXK-77-LM", "XK-77-LM"),
    ],
)
def test_the_password_is_among_the_first_words(text: str, password: str) -> None:
    assert password in hints(text)[:6]


def test_a_text_without_a_password_gives_none() -> None:
    assert hints("Please find our offer attached. Kind regards") == ()


def test_hints_are_few_and_quick() -> None:
    started = time.process_time()
    assert len(hints("password " * 20_000 + "x" * 100_000)) <= MOST
    assert time.process_time() - started < 5
