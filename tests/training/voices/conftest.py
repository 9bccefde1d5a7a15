"""The scripts that train the voice models, importable for their tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "training" / "voices"))
