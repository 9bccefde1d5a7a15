"""Makes the case 'grandchild in trouble': `python examples/make.py`, fixed to the byte.

Everything is made up. Numbers are of ranges kept for fiction, names end in example.com, example.net or
example.org, the wallet is the hash of a sentence: nobody has its key.
"""

from __future__ import annotations

import hashlib
import sys
from email.message import EmailMessage
from pathlib import Path

HERE = Path(__file__).parent
CASE = HERE / "grandchild"
sys.path.insert(0, str(HERE.parent / "tests" / "data" / "media"))

LINK = "https://northbank.secure-payout.example.net/q/88213"
NUMBER = "+44 7700 900123"

SMS = (
    f"Hi Grandma its Tom, I dropped my phone in the sink so this is my new number {NUMBER}. "
    "Can you text me back? Im in trouble and cant call, please dont tell mum or dad yet\n"
)

CHAT = f"""\
03/11/2026, 09:12 - Messages and calls are end-to-end encrypted.
03/11/2026, 09:12 - {NUMBER}: Grandma its me Tom, new number
03/11/2026, 09:14 - Rose: Tom? You sound so different, what happened to your phone
03/11/2026, 09:15 - {NUMBER}: its broken, I am using a friends. I had an accident with the car and the
police say I have to pay bail today or I stay in the cell
03/11/2026, 09:16 - Rose: Oh dear. Shall I call your father?
03/11/2026, 09:17 - {NUMBER}: NO please dont tell anyone, keep this between us. The lawyer needs £4,800
within two hours
03/11/2026, 09:21 - {NUMBER}: You can pay in bitcoin at the machine in the shop, or buy gift cards and
send me photos of the codes on the back
03/11/2026, 09:22 - {NUMBER}: {{wallet}}
03/11/2026, 09:24 - Rose: I don't know what that is, I can take the money out at the bank
03/11/2026, 09:26 - {NUMBER}: ok but dont say what its for, the bank staff ask questions. A courier will
come to your door at 3 for the cash
"""

MAIL = f"""\
Dear customer,

our fraud team has noticed an attempted payment of £4,800.00 from your account. To protect your savings your
account has been suspended. Move your balance to the safe account we have opened for you within 24 hours:

    Account name: Rose Miller secure
    IBAN: GB29 NWBK 6016 1331 9268 19

Confirm with the one-time code that we have just sent you, or verify your account here: {LINK}

Do not discuss this with branch staff: they are under investigation.

North Bank Security Department
"""

SETTINGS = """\
photo of a damaged red car after an accident, street, overcast, taken with a phone
Negative prompt: drawing, text, watermark
Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 260311, Size: 640x480, Model: example-model"""


def wallet() -> str:
    """A well-formed Bitcoin address (BIP 173) of a hash, which is no key's."""
    digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    program = hashlib.sha256(b"Quivive's example wallet: nobody has its key").digest()[:20]
    bits = "".join(f"{byte:08b}" for byte in program)
    values = [0] + [int(bits[i : i + 5], 2) for i in range(0, 160, 5)]
    check = 1
    for value in [3, 3, 0, 2, 3, *values, *[0] * 6]:  # 'bc' expanded as the BIP says
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term if top >> bit & 1 else 0
    values += [(check ^ 1) >> 5 * (5 - i) & 31 for i in range(6)]
    return "bc1" + "".join(digits[value] for value in values)


def mail() -> bytes:
    """A 'bank' that writes from a free-mail address, with an answer address elsewhere."""
    message = EmailMessage()
    message["From"] = "North Bank Security <northbank.alerts@mailbox.example.com>"
    message["Reply-To"] = "case-4411@payout-desk.example.org"
    message["To"] = "Rose <rose@example.org>"
    message["Subject"] = "Action required: your savings are at risk"
    message["Date"] = "Tue, 03 Nov 2026 11:02:00 +0000"
    message["Message-ID"] = "<20261103110200.4411@mailbox.example.com>"
    message.set_content(MAIL)
    return bytes(message)


def photo(path: Path) -> None:
    """'Tom's' car after the accident: a drawing that carries the text which a generator would leave."""
    from PIL import Image, ImageDraw, ImageFilter
    from PIL.PngImagePlugin import PngInfo

    image = Image.new("RGB", (640, 480), "#9db3c8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 330, 640, 480), fill="#5b5d60")
    draw.polygon(
        [(90, 330), (120, 250), (230, 240), (290, 180), (450, 180), (520, 250), (560, 330)], fill="#a31621"
    )
    draw.polygon([(300, 192), (250, 245), (370, 245), (370, 192)], fill="#d8e4ec")
    draw.polygon([(382, 192), (382, 245), (500, 245), (445, 192)], fill="#d8e4ec")
    draw.polygon([(90, 330), (75, 290), (125, 268), (140, 300), (170, 275), (180, 330)], fill="#6e0f17")
    for left in (150, 430):
        draw.ellipse((left, 295, left + 80, 375), fill="#1d1d1f")
        draw.ellipse((left + 22, 317, left + 58, 353), fill="#8c8f94")
    left = PngInfo()
    left.add_text("parameters", SETTINGS)
    image.filter(ImageFilter.GaussianBlur(1)).save(path, pnginfo=left, optimize=True)


def main() -> None:
    """Write every file of the case."""
    from make_pictures import chat, qr

    CASE.mkdir(exist_ok=True)
    (CASE / "1-text-message.txt").write_text(SMS, "utf-8")
    (CASE / "2-chat.txt").write_text(CHAT.format(wallet=wallet()), "utf-8")
    (CASE / "3-mail.eml").write_bytes(mail())
    told = [
        ("them", "Royal Parcel: your parcel is held. Pay the fee of £1.99 within 24 hours or it goes back:"),
        ("them", LINK),
        ("me", "Which parcel?"),
    ]
    chat("Royal Parcel", told, width=720, size=28).save(CASE / "4-screenshot.png", optimize=True)
    qr(LINK, scale=6).save(CASE / "5-qr-code.png", optimize=True)
    (CASE / "6-wallet.txt").write_text(f"{wallet()}\n", "utf-8")
    photo(CASE / "9-photo.png")


if __name__ == "__main__":
    main()
