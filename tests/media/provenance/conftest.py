"""Signers, known and unknown, and a look by lists that know one of them."""

from __future__ import annotations

import pytest

from media.provenance.looking import Look, looking
from media.provenance.maker import Identity, identity
from quivive.media.provenance import trust
from quivive.media.provenance.trust import Trust, TrustList


@pytest.fixture(scope="session")
def camera() -> Identity:
    return identity()


@pytest.fixture(scope="session")
def stranger() -> Identity:
    """A signer below an authority that no list knows."""
    return identity("Nobody Known", "Somebody", root="Unlisted Root")


@pytest.fixture(scope="session")
def lists(camera: Identity) -> Trust:
    """The lists that ship, and one more that knows the camera's authority."""
    shipped = trust.shipped()
    own = TrustList("Example list", "2026-11-01", camera.root)
    return Trust((*shipped.lists, own), shipped.purposes, shipped.date)


@pytest.fixture(scope="session")
def look(lists: Trust) -> Look:
    return looking(lists)
