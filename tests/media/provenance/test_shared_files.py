"""Every shared file with C2PA, or said to have it, in a process that a socket would end."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from media.provenance.looking import OUTCOMES, looking
from media.provenance.maker import picture, transplanted_png
from media.provenance.nosocket import apart_from_the_network
from quivive.errors import Unreadable
from quivive.media.provenance import trust

UNTIL = datetime(2027, 3, 24, tzinfo=UTC)
"""When the certificates of the OpenAI files end. Their time stamps come from an authority on no list here, so
that from then on they read as expired, which is what the standard demands."""
OPENAI = "trusted" if datetime.now(UTC) < UNTIL else "credential-problem"
PUBLIC, RS, NEW = "c2pa_public", "c2pa_rs", "c2pa_openai"

TABLE: dict[str, tuple[str, str]] = {
    f"{PUBLIC}/adobe-20220124-A.jpg": ("none", ""),
    f"{PUBLIC}/adobe-20220124-C.jpg": ("unknown-signer", ""),
    f"{PUBLIC}/adobe-20220124-CA.jpg": ("unknown-signer", "ingredient-bare"),
    f"{PUBLIC}/adobe-20220124-CACA.jpg": ("unknown-signer", "ingredient-unknown"),
    f"{PUBLIC}/adobe-20220124-CAI.jpg": ("unknown-signer", "ingredient-bare"),
    f"{PUBLIC}/adobe-20220124-CAICA.jpg": ("unknown-signer", "ingredient-unknown"),
    f"{PUBLIC}/adobe-20220124-CICA.jpg": ("unknown-signer", "ingredient-unknown"),
    f"{PUBLIC}/adobe-20220124-CICACACA.jpg": ("unknown-signer", "ingredient-unknown"),
    f"{PUBLIC}/adobe-20220124-CIE-sig-CA.jpg": ("unknown-signer", "ingredient-broken"),
    f"{PUBLIC}/adobe-20220124-E-clm-CAICAI.jpg": ("content-changed", "assertion.hashedURI.mismatch"),
    f"{PUBLIC}/adobe-20220124-E-dat-CA.jpg": ("content-changed", "assertion.dataHash.mismatch"),
    f"{PUBLIC}/adobe-20220124-E-sig-CA.jpg": ("content-changed", "claimSignature.mismatch"),
    f"{PUBLIC}/adobe-20220124-E-uri-CA.jpg": ("content-changed", "assertion.hashedURI.mismatch"),
    f"{PUBLIC}/adobe-20220124-E-uri-CIE-sig-CA.jpg": ("content-changed", "changed-history"),
    f"{PUBLIC}/adobe-20220124-I.jpg": ("none", ""),
    f"{PUBLIC}/adobe-20220124-XCA.jpg": ("content-changed", "assertion.dataHash.mismatch"),
    f"{PUBLIC}/adobe-20220124-XCI.jpg": ("content-changed", "assertion.dataHash.mismatch"),
    f"{PUBLIC}/adobe-20240110-single_manifest_store.pdf": ("trusted", "claims-ai"),
    f"{PUBLIC}/nikon-20221019-building.jpeg": ("credential-problem", "problem-expired"),
    f"{PUBLIC}/truepic-20230212-camera.jpg": ("credential-problem", "problem-layout"),
    f"{RS}/C.jpg": ("unknown-signer", "origin-unproven"),
    f"{RS}/CACA.jpg": ("unknown-signer", "ingredient-unknown"),
    f"{RS}/CACAE-uri-CA.jpg": ("unknown-signer", "ingredient-broken"),
    f"{RS}/CA_ct.jpg": ("unknown-signer", ""),
    f"{RS}/CIE-sig-CA.jpg": ("unknown-signer", "ingredient-broken"),
    f"{RS}/C_with_CAWG_data.jpg": ("unknown-signer", "identity-unchecked"),
    f"{RS}/E-sig-CA.jpg": ("content-changed", "claimSignature.mismatch"),
    f"{RS}/XCA.jpg": ("content-changed", "assertion.dataHash.mismatch"),
    f"{RS}/boxhash.jpg": ("unknown-signer", ""),
    f"{RS}/cloud.jpg": ("remote-not-fetched", ""),
    f"{RS}/libpng-test_with_url.png": ("remote-not-fetched", ""),
    f"{RS}/nested_moov_1000.mp4": ("could-not-look", "nested"),
    f"{RS}/no_alg.jpg": ("credential-problem", "unknown algorithm"),
    f"{RS}/no_manifest.jpg": ("none", ""),
    f"{RS}/ocsp.jpg": ("trusted", "claims-ai"),
    f"{RS}/prerelease.jpg": ("credential-problem", "prerelease"),
    f"{RS}/sample1.avif": ("none", ""),
    f"{RS}/sample1.webp": ("none", ""),
    f"{RS}/tiff_poc.tiff": ("could-not-look", "too many subfiles"),
    f"{RS}/update_manifest.jpg": ("unknown-signer", "ingredient-unknown"),
    f"{NEW}/bicycle-workshop.png": (OPENAI, "claims-ai"),
    f"{NEW}/lowentropy-black-square.png": (OPENAI, "claims-ai"),
    f"{NEW}/lowentropy-blank-paper.png": (OPENAI, "claims-ai"),
    f"{NEW}/lowentropy-red-ball.png": (OPENAI, "claims-ai"),
}
AI = {name for name, (_, reason) in TABLE.items() if reason == "claims-ai"}
KINDS = {"content-changed": "fail", "credential-problem": "review"}

Told = list[list[str]]


@pytest.fixture(scope="module")
def told(shared_data: Path) -> dict[str, Told]:
    """What is told of every file of the three folders, by its name."""
    folder = shared_data / "media"
    files = [str(p) for part in (PUBLIC, RS, NEW) for p in sorted((folder / part).iterdir())
             if p.name != "LICENSE.txt"]  # fmt: skip
    done = apart_from_the_network("from media.provenance import table; table.main()", *files)
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    return {str(Path(name).relative_to(folder)): found for name, found in json.loads(done.stdout).items()}


def test_every_file_is_in_the_table(told: dict[str, Told]) -> None:
    assert set(told) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_the_outcome_and_its_reason(name: str, told: dict[str, Told]) -> None:
    outcome, reason = TABLE[name]
    found = told[name]
    outcomes = [(code, kind) for code, kind, _ in found if code in OUTCOMES or code == "could-not-look"]
    if outcome == "could-not-look":
        assert outcomes == [("could-not-look", "Unreadable")]
    else:
        assert outcomes == [(f"c2pa/{outcome}", KINDS.get(outcome, "informational"))]
    assert reason in "\n".join(code + " " + message for code, _, message in found)


@pytest.mark.parametrize("name", TABLE)
def test_ai_is_claimed_by_these_files_and_no_others(name: str, told: dict[str, Told]) -> None:
    assert any(code == "c2pa/claims-ai" for code, _, _ in told[name]) == (name in AI)


def test_openai_is_named_with_issuer_list_and_date(told: dict[str, Told]) -> None:
    messages = {code: message for code, _, message in told[f"{NEW}/bicycle-workshop.png"]}
    assert "OpenAI OpCo, LLC (OpenAI Media Service)" in messages[f"c2pa/{OPENAI}"]
    assert "“trainedAlgorithmicMedia” (c2pa.created; gpt-image 2.0)" in messages["c2pa/claims-ai"]
    assert "2026-08-13 17:21:02 UTC" in messages["c2pa/time-unconfirmed"]


def test_an_old_claim_confirms_no_time_whoever_stamped_it(told: dict[str, Told]) -> None:
    """Of claims of version 1 the library accepts any time-stamp authority at all."""
    codes = {code for code, _, _ in told[f"{PUBLIC}/adobe-20220124-C.jpg"]}
    assert "c2pa/time-unconfirmed" in codes
    assert "c2pa/time-confirmed" in {code for code, _, _ in told[f"{RS}/C_with_CAWG_data.jpg"]}


@pytest.fixture(scope="module")
def genuine(shared_data: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((shared_data / "media" / NEW).glob("*.png"))]


def test_a_genuine_manifest_on_another_picture_is_content_changed_and_never_ai(genuine: list[bytes]) -> None:
    look = looking()
    for giver, taker in zip(genuine, [*genuine[1:], picture(1, "PNG")], strict=True):
        told = look(transplanted_png(giver, taker), "moved.png")
        assert told.outcome == "content-changed"
        assert "claims-ai" not in told.codes


def test_a_genuine_picture_that_was_changed_is_content_changed(genuine: list[bytes]) -> None:
    look, good = looking(), genuine[-1]
    for bad in (good + b"x", good[:-500] + bytes([good[-500] ^ 1]) + good[-499:]):
        told = look(bad, "changed.png")
        assert told.outcome == "content-changed"
        assert "claims-ai" not in told.codes
    with pytest.raises(Unreadable):
        look(good[:-3000], "cut.png")


def test_a_genuine_picture_that_was_saved_again_carries_none(genuine: list[bytes]) -> None:
    again = io.BytesIO()
    Image.open(io.BytesIO(genuine[-1])).convert("RGB").resize((400, 400)).save(again, "JPEG")
    assert looking()(again.getvalue(), "again.jpg").codes == {"none"}


def test_without_the_purposes_that_ship_some_genuine_pictures_would_not_read_as_trusted(
    genuine: list[bytes],
) -> None:
    bare = looking(replace(trust.shipped(), purposes=""))
    assert "credential-problem" in {bare(each, "a.png").outcome for each in genuine}
