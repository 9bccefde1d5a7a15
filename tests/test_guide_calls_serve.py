"""Does the guide to serving calls say what is so?"""

import re
import tomllib
from dataclasses import fields

from conftest import ROOT
from quivive.calls.service import settings
from quivive.config import CallFiles

GUIDE = (ROOT / "docs" / "guides" / "calls-serve.md").read_text("utf-8")


def test_its_settings_are_read_as_it_says():
    first, oracle, columns = (tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", GUIDE, re.S))
    table = first["calls"]["serve"] | columns["calls"]["serve"]
    said = settings.read(CallFiles(serve=table))
    assert said.actions == {"valid": "show", "invalid": "block-analytics", "could-not-look": "show"}
    assert said.contact.tel == "+12025550199"
    assert said.peers[0].attest == "A"
    assert said.columns["ani"] == "calling"
    assert said.only_peers
    [peer] = settings.read(CallFiles(serve=oracle["calls"]["serve"])).peers
    assert peer.fields == "contact"


def test_the_settings_it_names_exist():
    known = {field.name for field in fields(settings.ServeSettings)}
    assert {"journal", "slice", "window", "columns", "expiry", "keys_kept", "kept", "only_peers"} <= known
    for name in ("slice", "window", "expiry", "keys_kept", "kept", "only_peers"):
        assert f"`{name}" in GUIDE


def test_the_addresses_it_names_are_the_defaults():
    assert f"`{settings.ServeSettings().http}`" in GUIDE
    assert f"`{settings.ServeSettings().sip}`" in GUIDE
