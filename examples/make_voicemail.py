"""Makes the voice message of the case 'grandchild in trouble': `python examples/make_voicemail.py PACKAGES`.

'Tom' begs his grandmother for money, in words made up here and a voice that nobody has (`speech.py` says what
to install). A messenger's form: Opus, mono, 16 kbit/s. Writes grandchild/8-voicemail.opus.
"""

from __future__ import annotations

from pathlib import Path

from speech import TOM, encoded, packages, spoken

FILE = Path(__file__).parent / "grandchild" / "8-voicemail.opus"
WORDS = (
    "Grandma, it's Tom. Please, pick up. I had an accident with the car, and they are keeping me at the "
    "police station. I need the money today, or I have to stay in the cell. Please don't tell mum and dad. "
    "A sergeant will call you, just do what he says."
)
BITS = 16_000


def main() -> None:
    """Write the message."""
    FILE.write_bytes(encoded(spoken(WORDS, TOM, packages(), speed=1.05), "ogg", "libopus", 48_000, BITS))


if __name__ == "__main__":
    main()
