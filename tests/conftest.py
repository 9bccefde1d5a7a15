"""What tests share: a fixed clock, a workbench without a user's settings, the shared data if it is there."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quivive import config
from quivive.workbench import Workbench

ROOT = Path(__file__).parents[1]
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No quivive.toml, home or colour of whoever runs the tests has a say."""
    for variable in [name for name in os.environ if name.startswith("QUIVIVE_") and name != "QUIVIVE_DATA"]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("QUIVIVE_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def bench() -> Workbench:
    """A workbench with default settings and a clock that stands still."""
    return Workbench(config.load(environ={"QUIVIVE_HOME": os.environ["QUIVIVE_HOME"]}), clock=lambda: NOON)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared data folder; tests that need it skip where it is absent (and CI fails on such a skip)."""
    folder = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the shared data folder (../shared/data or $QUIVIVE_DATA) is not there")
    return folder
