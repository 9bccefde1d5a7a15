"""Which engines are there?"""

from __future__ import annotations

from engines.engine import Engine


def engines() -> tuple[Engine, ...]:
    """All engines, the neural ones first; nothing is loaded yet."""
    from engines import espeak, festival, flite, hibari, hifigan, kokoro, lectura, openjtalk, piper

    modules = (hibari, piper, kokoro, espeak, flite, festival, openjtalk)
    return (*(module.engine() for module in modules), *hifigan.engines(), *lectura.engines())
