"""What does a model of others say of a voice, as a raw score beside ours?

`[[models]]` of quivive.toml names it (`model.ExternalModel`), `store` keeps the one file whose sha256 is the
named one, `contract` runs it, `external_detector` tells. docs/guides/models.md is the contract in words.
"""

from __future__ import annotations
