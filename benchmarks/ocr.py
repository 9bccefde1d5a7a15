"""How well is a phone's screenshot read, by language and by what a messenger did to it?

    python benchmarks/ocr.py [--wide-font NotoSansCJK.otf] [--write]

Renders made-up messages as screenshots (tests/data/media/make_pictures.py), reads them with the shipped
reader and prints the character error rate (edit distance over length, white space ignored), the share
of values read exactly and CPU seconds a picture. `--write` keeps the figures in results/ocr.json.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import string
import sys
import time
from pathlib import Path

import base58
from PIL import Image
from schwifty import IBAN

from quivive import __version__, observables, wallets
from quivive.media.engine import models
from quivive.media.lines import text_of
from quivive.media.ocr import page_of
from quivive.media.repair import repaired

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests/data/media"))
from make_pictures import DARK, LIGHT, chat, default_font  # noqa: E402

TEXTS = {
    "en": ["Your parcel could not be delivered. Pay the fee of £1.99 before 6 pm or it goes back.",
           "Mum, I dropped my phone in the sink! Write to my new number, it's urgent, don't call."],
    "de": ["Ihr Paket konnte nicht zugestellt werden. Bitte überweisen Sie die Zollgebühr von 1,99 €.",
           "Hallo Oma, ich hatte einen Unfall. Können Sie heute noch größere Beträge abheben?"],
    "fr": ["Votre colis est bloqué à l'entrepôt. Réglez les frais d'affranchissement avant ce soir.",
           "Maman, j'ai cassé mon téléphone, écris-moi sur ce numéro. Ça presse, où es-tu ? À bientôt."],
    "es": ["Su paquete está retenido en la aduana. ¿Desea pagar los gastos mañana? Pulse aquí.",
           "¡Mamá, se me rompió el móvil! Este es mi número nuevo, escríbeme rápido, señora Muñoz."],
    "it": ["Il suo pacco è in giacenza perché l'indirizzo è incompleto. Paghi più tardi di lunedì? No.",
           "Ciao mamma, ho rotto il telefono, questo è il mio nuovo numero: c'è un'urgenza, così non va."],
    "pt": ["A sua encomenda está retida na alfândega. Não será entregue até à regularização da situação.",
           "Olá mãe, o meu telemóvel avariou. Podes fazer um pagamento? Amanhã devolvo, não há problema."],
    "nl": ["Uw pakket kon niet worden bezorgd. Betaal vóór middernacht € 1,95 aan invoerkosten.",
           "Hoi mam, mijn telefoon is stuk, dit is mijn nieuwe nummer. Kun je één rekening voorschieten?"],
    "tr": ["Kargonuz adresiniz eksik olduğu için dağıtıma çıkarılamadı. Ücreti bugün ödeyiniz.",
           "Anne, telefonum kırıldı, yeni numaram bu. Şimdi İstanbul'dayım, bana acilen güvenli para yolla."],
    "zh": ["您的包裹因地址不详无法投递，请在二十四小时内支付运费，逾期将退回发件人。",
           "妈妈，我的手机坏了，这是我的新号码，请马上回复，不要告诉别人。"],
}  # fmt: skip
VALUES = ("https://parcel-redelivery.example/track/a7f3?id=99ad41", "+44 7700 900123",
          "DE89 3704 0044 0532 0130 00", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")  # fmt: skip
CONDITIONS = ("clean", "dark", "messenger", "small", "photographed")


def degraded(picture: Image.Image, condition: str) -> Image.Image:
    """The picture as it arrives: as taken, resized and recompressed, as a thumbnail, off a screen."""
    width = {"messenger": 738, "small": 300, "photographed": 900}.get(condition, picture.width)
    if condition == "photographed":
        picture = picture.rotate(3, Image.Resampling.BICUBIC, expand=True, fillcolor="#776655")
    picture = picture.resize((width, picture.height * width // picture.width), Image.Resampling.LANCZOS)
    if condition in ("clean", "dark"):
        return picture
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=45)
    return Image.open(buffer).convert("RGB")


def error_rate(read: str, said: str) -> float:
    """Levenshtein distance over the length of what was said; white space does not count."""
    a, b = "".join(read.split()), "".join(said.split())
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1] / len(b)


def values_read(text: str) -> int:
    """How many of VALUES stand in the text, normalised and valid."""
    want = {found.value for value in VALUES for found in [observables.parse_value(value)] if found}
    return len(want & {found.value for found in observables.find(text)})


def made_up_values(dice: random.Random) -> list[str]:
    """One value of each kind, valid and never seen: two wallets, an IBAN, a card, a number, a link."""
    segwit = [0] + [dice.randrange(32) for _ in range(32)]
    segwit[-1] &= 0b10000  # 160 bits fill 32 groups of five exactly; no padding bits are left over
    iban = IBAN.generate("DE", f"{dice.randrange(10**8):08d}", f"{dice.randrange(10**10):010d}")
    card = next(n for n in iter(lambda: f"4{dice.randrange(10**15):015d}", "") if observables.luhn(n))
    path = "".join(dice.choices(string.ascii_letters + string.digits, k=10))
    return [
        "bc1" + bech32("bc", segwit),
        base58.b58encode_check(b"\0" + dice.randbytes(20)).decode(),
        iban.formatted,
        " ".join(card[i : i + 4] for i in range(0, 16, 4)),
        f"+44 7700 900{dice.randrange(1000):03d}",
        f"https://{''.join(dice.choices(string.ascii_lowercase, k=9))}.top/{path}",
    ]


def bech32(prefix: str, values: list[int]) -> str:
    """Data and checksum of BIP 173."""
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = wallets._polymod(spread + values + [0] * 6) ^ 1
    letters = values + [check >> 5 * (5 - i) & 31 for i in range(6)]
    return "".join(wallets._BECH32[value] for value in letters)


def measure_values(count: int) -> list[dict[str, object]]:
    """How often each kind of value is read exactly, as read and after repair, by condition."""
    rows = []
    for condition in CONDITIONS:
        dice = random.Random(7)
        tally: dict[str, list[int]] = {}
        for _ in range(count):
            said = made_up_values(dice)
            theme = DARK if condition == "dark" else LIGHT
            picture = degraded(
                chat("Info", [("them", v) for v in said], default_font(), theme=theme), condition
            )
            raw = text_of(page_of(picture).lines)
            after = repaired(raw)[0]
            for value in said:
                (want,) = [found for found in [observables.parse_value(value)] if found]
                kind = tally.setdefault(want.type, [0, 0, 0])
                kind[0] += 1
                kind[1] += any(o.value == want.value for o in observables.find(raw))
                kind[2] += any(o.value == want.value for o in observables.find(after))
        rows += [{"condition": condition, "type": kind, "shown": shown, "read": read, "repaired": fixed}
                 for kind, (shown, read, fixed) in tally.items()]  # fmt: skip
    return rows


def main() -> None:
    """Measure and print one line per language and condition, then one per kind of value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wide-font", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--values", type=int, default=20, help="screenshots of made-up values a condition")
    parser.add_argument("-v", action="store_true")
    given = parser.parse_args()
    rows = []
    for language, texts in TEXTS.items():
        font = given.wide_font if language == "zh" else default_font()
        if font is None:
            continue
        for condition in CONDITIONS:
            messages = [("them", text) for text in texts] + [("them", value) for value in VALUES]
            theme = DARK if condition == "dark" else LIGHT
            picture = degraded(chat("Info", messages, font, theme=theme), condition)
            started = time.process_time()
            page = page_of(picture)
            least = min(line.confidence for line in page.lines)
            text, repairs = repaired(text_of(page.lines))
            seconds = time.process_time() - started
            rate = error_rate(text, "14:07Info" + "".join(text for _, text in messages))
            rows.append({"language": language, "condition": condition, "cer": round(rate, 4),
                         "values": values_read(text), "of": len(VALUES), "repairs": len(repairs),
                         "missed_lines": page.missed, "cpu_s": round(seconds, 2),
                         "least_confidence": round(least, 2)})  # fmt: skip
            print(*rows[-1].values())
            if given.v:
                print(text, repairs)
    values = measure_values(given.values)
    for row in values:
        print(*row.values())
    if given.write:
        result = {
            "version": __version__,
            "models": [m.sha256 for m in models()],
            "rows": rows,
            "values": values,
        }
        (HERE / "results").mkdir(exist_ok=True)
        (HERE / "results/ocr.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
