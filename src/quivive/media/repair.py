"""Which misread characters can a checksum put right?

Reading mistakes o for 0 or l for 1. An IBAN, card, wallet or telephone number that fails its check is
put right only where exactly one look-alike swap makes it pass; anything less certain stays as read.
A character that cannot stand where it was read (a letter in a card number) must be the one swapped,
since a check as weak as Luhn's would pass one guess in ten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from quivive import observables, wallets

LOOKALIKES = (
    "0OoDQ",
    "1lIi|!",
    "5Ss",
    "8B",
    "2Zz",
    "6Gb",
    "9gq",
    "7T",
    "4A",
    "cC",
    "kK",
    "pP",
    "uUvV",
    "wW",
    "xX",
)
"""Groups of characters that readers of pictures take for one another."""

CANDIDATES = 400
_DIGITISH = "0-9OoDQlIi|!SsBZzGbgqTA"
_IBAN = re.compile(rf"(?<![^\W_])[A-Z0-9|]{{2}}[{_DIGITISH}]{{2}}(?=[ -]?[A-Za-z0-9|])")
_CARD = re.compile(rf"(?<![\w+])[3-6SsBbGgTA][{_DIGITISH}]{{3}}(?:[ -]?[{_DIGITISH}]){{9,15}}(?!\w)")
_PHONE = re.compile(rf"(?<![\w+/.=-])\+[ ]?[{_DIGITISH}](?:[ ().\-/]{{0,3}}[{_DIGITISH}]){{6,14}}(?!\w)")
_WALLET = re.compile(
    r"(?<!\w)(?:(?:bc|lt?c|addr)[1lI|][0-9A-Za-z|]{6,103}|[0O]x[0-9A-Za-z|]{40}|[0-9A-Za-z|]{25,35})(?!\w)"
)


@dataclass(frozen=True)
class Repair:
    """One character put right: where it stands in the text, the value as read and as repaired."""

    position: int
    read: str
    value: str
    type: str
    character: str


def repaired(text: str, country: str | None = None) -> tuple[str, list[Repair]]:
    """The text with its repairs made (offsets stay: every swap is one character for one)."""
    repairs: list[Repair] = []
    known = [o.where for o in observables.find(text, country)]
    taken = [(w.start or 0, w.end or 0) for w in known if w]
    for start, end, kind, passes in islice(_candidates(text), CANDIDATES):
        if any(_clash((start, end), span) for span in taken):
            continue
        swaps = list(_passing(text[start:end], kind, passes))
        if len(swaps) == 1:
            offset, value = swaps[0]
            repairs.append(Repair(start + offset, text[start:end], value, kind, value[offset]))
            taken.append((start, end))
    letters = list(text)
    for repair in repairs:
        letters[repair.position] = repair.character
    return "".join(letters), repairs


def _clash(candidate: tuple[int, int], known: tuple[int, int]) -> bool:
    """Overlap, unless the known value is a mere part (the tail of a misread IBAN passes for a number)."""
    inside = candidate[0] <= known[0] and known[1] <= candidate[1] and candidate != known
    return candidate[0] < known[1] and known[0] < candidate[1] and not inside


def _candidates(text: str) -> Iterator[tuple[int, int, str, Callable[[str], bool]]]:
    for match in _WALLET.finditer(text):
        yield *match.span(), "cryptocurrency-wallet", _is_wallet
    for match in _IBAN.finditer(text):
        for end in _iban_ends(text, match.start()):
            yield match.start(), end, "iban", _is_iban
    for match in _CARD.finditer(text):
        yield *match.span(), "payment-card", _is_card
    for match in _PHONE.finditer(text):
        yield *match.span(), "phone-number", _is_phone


def _passing(read: str, kind: str, passes: Callable[[str], bool]) -> Iterator[tuple[int, str]]:
    """All single swaps of `read` that pass, at the places that are wrong or, for wallets, anywhere."""
    wrong = [
        i
        for i, c in enumerate(read)
        if (kind in ("payment-card", "phone-number") and c.isalpha()) or c in "|!"
    ]
    if len(wrong) > 1:
        return
    for position in wrong or range(len(read)):
        for character in _lookalikes(read[position]):
            value = read[:position] + character + read[position + 1 :]
            if passes(value):
                yield position, value


def _lookalikes(character: str) -> set[str]:
    groups = [group for group in LOOKALIKES if character in group]
    return {c for group in groups for c in group if c.isalnum()} - {character}


def _iban_ends(text: str, start: int) -> Iterator[int]:
    """Where an IBAN of any country could end: at a word's end, 15 to 34 characters on (ISO 13616)."""
    count = 0
    for position in range(start, min(len(text), start + 50)):
        char = text[position]
        if (char.isascii() and char.isalnum()) or char == "|":
            count += 1
            boundary = not text[position + 1 : position + 2].isalnum()
            if boundary and 15 <= count <= 34:
                yield position + 1
        elif char not in " -":
            return


def _is_iban(value: str) -> bool:
    compact = re.sub(r"[ -]", "", value)
    if not (compact.isascii() and compact.isalnum() and compact[:2].isupper()):
        return False
    moved = compact[4:] + compact[:4]
    remainder = int("".join(str(int(c, 36)) for c in moved)) % 97  # ISO 7064, cheap; the register decides
    return remainder == 1 and observables.is_iban(compact)


def _is_card(value: str) -> bool:
    return any(o.type == "payment-card" for o in observables.find(value))


def _is_phone(value: str) -> bool:
    import phonenumbers

    if any(c.isalpha() for c in value):  # letters would be taken for those on a telephone's keys
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(value, None))
    except phonenumbers.NumberParseException:
        return False


def _is_wallet(value: str) -> bool:
    # An EVM address in one letter case has no checksum: nothing could vouch for the swap.
    digits = value[2:]
    if value.startswith("0x") and digits in (digits.lower(), digits.upper()):
        return False
    return bool(wallets.CANDIDATE.fullmatch(value)) and wallets.chain(value) is not None
