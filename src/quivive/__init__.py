"""Quivive: the open, self-hosted workbench against AI-enabled fraud.

from quivive import Workbench
report = Workbench().check("voicemail.m4a")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Finding", "Item", "LikelihoodRatio", "Observable", "Report", "Workbench", "__version__"]

if TYPE_CHECKING:
    from quivive.model import Finding, Item, LikelihoodRatio, Observable, Report
    from quivive.workbench import Workbench


def __getattr__(name: str) -> Any:
    """Load on first use: `quivive --help` must not wait for detectors."""
    if name == "Workbench":
        from quivive.workbench import Workbench

        return Workbench
    if name in __all__:
        from quivive import model

        return getattr(model, name)
    raise AttributeError(f"module 'quivive' has no attribute {name!r}")
