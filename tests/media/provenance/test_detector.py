"""What signed provenance proves, and what nobody can make it prove."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image

from media.provenance.looking import Look, looking
from media.provenance.maker import (
    TERMS,
    VENDOR,
    Identity,
    edited,
    fingerprint,
    identity,
    made,
    picture,
    signed,
    stripped,
    transplanted,
    used,
    with_xmp,
)
from quivive.errors import Unreadable
from quivive.intake import take
from quivive.media.provenance.detector import Provenance
from quivive.media.provenance.trust import Trust, TrustList
from quivive.model import Context

AI = made("trainedAlgorithmicMedia")
CAMERA = made("digitalCapture")


def test_a_signer_on_a_list_is_trusted_and_the_list_is_named(look: Look, camera: Identity) -> None:
    told = look(signed(picture(), camera, CAMERA))
    assert told.outcome == "trusted"
    said = told["trusted"].message
    assert "Example Camera Works (Camera 1) signed it; the Example list of 2026-11-01" in said
    assert not told.codes & {"claims-ai", "origin-unproven"}
    assert {f.kind for f in told.findings} == {"informational"}


def test_a_trusted_signer_who_says_ai_is_believed(look: Look, camera: Identity) -> None:
    told = look(signed(picture(), camera, AI), "letter.jpg")
    assert told.outcome == "trusted"
    assert told["claims-ai"].kind == "review"
    assert "“letter.jpg”" in told["claims-ai"].message
    assert "claim-unknown-signer" not in told.codes


def test_an_unknown_signer_who_says_camera_counts_for_nothing_and_that_is_said(
    look: Look, stranger: Identity
) -> None:
    told = look(signed(picture(), stranger, CAMERA))
    assert told.outcome == "unknown-signer"
    assert "claims-ai" not in told.codes
    assert "counts for nothing" in told["origin-unproven"].message


def test_an_unknown_signer_who_says_ai_speaks_against_interest_and_counts(
    look: Look, stranger: Identity
) -> None:
    told = look(signed(picture(), stranger, AI))
    assert told.outcome == "unknown-signer"
    assert told["claims-ai"].kind == "review"
    assert "Nobody vouches for Nobody Known" in told["claim-unknown-signer"].message
    assert "origin-unproven" not in told.codes


def test_a_certificate_that_signs_itself_is_an_unknown_signer(look: Look) -> None:
    told = look(signed(picture(), identity("NIKON CORPORATION", "Z 9", alone=True), CAMERA))
    assert told.outcome == "unknown-signer"
    assert "claims-ai" not in told.codes


def test_great_names_make_no_trusted_signer(look: Look) -> None:
    forger = identity("OpenAI OpCo, LLC", "OpenAI Media Service", root="Trufo C2PA Claim Signing CA (2025)")
    told = look(signed(picture(), forger, CAMERA, generator="OpenAI Media Service API"))
    assert told.outcome == "unknown-signer"
    assert "Anybody can make such a certificate in any name" in told["unknown-signer"].message


@pytest.mark.parametrize("term", ["compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"])
def test_ai_in_a_part_is_a_claim_too(look: Look, camera: Identity, term: str) -> None:
    told = look(signed(picture(), camera, CAMERA, made(term, "c2pa.edited")))
    assert term in told["claims-ai"].message


@pytest.mark.parametrize("term", ["algorithmicMedia", "dataDrivenMedia", "algorithmicallyEnhanced", None])
def test_what_is_made_by_rule_is_no_ai(look: Look, camera: Identity, term: str | None) -> None:
    assert "claims-ai" not in look(signed(picture(), camera, made(term))).codes


def test_a_term_in_a_metadata_assertion_counts_as_well(look: Look, camera: Identity) -> None:
    metadata = {"label": "c2pa.metadata", "kind": "Json",
                "data": {"@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
                         "Iptc4xmpExt:DigitalSourceType": TERMS + "trainedAlgorithmicMedia"}}  # fmt: skip
    assert "claims-ai" in look(signed(picture(), camera, made(None), metadata)).codes


def test_an_ai_disclosure_is_a_claim_and_names_the_model(look: Look, camera: Identity) -> None:
    model = {"modelType": "c2pa.types.model", "modelName": "Ex 1"}
    disclosure = {"label": "c2pa.ai-disclosure", "data": model}
    told = look(signed(picture(), camera, made(None), disclosure))
    assert "“c2pa.ai-disclosure” (c2pa.types.model; Ex 1)" in told["claims-ai"].message


def test_a_manifest_moved_onto_another_picture_is_content_changed_and_never_ai(
    look: Look, camera: Identity
) -> None:
    told = look(transplanted(signed(picture(1), camera, AI), picture(2)))
    assert told.outcome == "content-changed"
    assert told["content-changed"].kind == "fail"
    assert "assertion.dataHash.mismatch" in told["content-changed"].message
    assert told.codes == {"content-changed", "changed-content"}


@pytest.mark.parametrize("fault", ["pixel", "tail", "cut", "head"])
def test_a_changed_file_is_content_changed_whoever_signed(look: Look, camera: Identity, fault: str) -> None:
    good = signed(picture(), camera, AI)
    bad = {
        "pixel": good[:-40] + bytes([good[-40] ^ 1]) + good[-39:],
        "tail": good + b"one more thing",
        "cut": good[:-200],
        "head": with_xmp(good, 'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"'),
    }[fault]
    told = look(bad)
    assert told.outcome == "content-changed"
    assert "claims-ai" not in told.codes
    assert "states" not in told.codes


def test_a_changed_statement_is_content_changed(look: Look, camera: Identity) -> None:
    good = signed(picture(), camera, CAMERA)
    told = look(good.replace(b"digitalCapture", b"negativeFilm_X"))
    assert told.outcome == "content-changed"
    assert "changed-record" in told.codes


def test_a_file_whose_provenance_was_removed_carries_none(look: Look, camera: Identity) -> None:
    good = signed(picture(), camera, AI)
    again = io.BytesIO()
    Image.open(io.BytesIO(good)).save(again, "JPEG", quality=80)
    for bare in (stripped(good), again.getvalue(), picture()):
        told = look(bare)
        assert told.outcome == "none"
        assert told["none"].kind == "informational"


def test_planted_words_are_no_provenance(look: Look) -> None:
    planted = (
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'Iptc4xmpExt:DigitalSourceType="{TERMS}digitalCapture" xmlns:e="http://example.org/" '
        'e:claim="c2pa jumb c2pa.signature signingCredential.trusted OpenAI OpCo, LLC"'
    )
    assert look(with_xmp(picture(), planted)).codes == {"none"}


def test_a_certificate_that_has_run_out_is_a_credential_problem_and_ai_still_counts(look: Look) -> None:
    short = identity("Example Camera Works", "Short", days=(-10, 2 / 86400))
    data = signed(picture(), short, AI)
    time.sleep(3)
    told = look(data)
    assert told.outcome == "credential-problem"
    assert told["credential-problem"].kind == "review"
    assert "signingCredential.expired" in told["credential-problem"].message
    assert {"problem-expired", "claims-ai", "claim-unknown-signer"} <= told.codes


def test_a_certificate_for_another_purpose_is_a_credential_problem(
    look: Look, lists: Trust, camera: Identity
) -> None:
    data = signed(picture(), identity("Example Camera Works", "Other purpose", purpose=VENDOR), CAMERA)
    assert look(data).outcome == "trusted"
    told = looking(replace(lists, purposes=""))(data)
    assert told.outcome == "credential-problem"
    assert {"problem-certificate", "origin-unproven"} <= told.codes


def test_an_authority_for_time_stamps_makes_no_signer_trusted(lists: Trust, camera: Identity) -> None:
    stamping = TrustList("Example list", "2026-11-01", camera.root, stamps=True)
    told = looking(replace(lists, lists=(stamping,)))(signed(picture(), camera, CAMERA))
    assert told.outcome == "credential-problem"
    assert "signingCredential.invalid" in told["credential-problem"].message


def test_a_single_signer_may_be_listed_by_its_hash(lists: Trust, camera: Identity) -> None:
    single = TrustList("Example list", "2026-11-01", lists.lists[0].anchors, fingerprint(camera) + "\n")
    told = looking(replace(lists, lists=(single,)))(signed(picture(), camera, CAMERA))
    assert told.outcome == "trusted"
    assert "the Example list of 2026-11-01" in told["trusted"].message


def test_a_remote_manifest_is_named_and_its_link_is_inert(look: Look, camera: Identity) -> None:
    told = look(signed(picture(), camera, AI, remote="https://remote.example/m.c2pa", embed=False))
    assert told.codes == {"remote-not-fetched"}
    assert "hxxps://remote[.]example/m.c2pa" in told["remote-not-fetched"].message
    assert "https://remote.example" not in told["remote-not-fetched"].message
    assert [o.value for o in told["remote-not-fetched"].observables] == ["https://remote.example/m.c2pa"]


def test_a_manifest_inside_goes_before_one_elsewhere(look: Look, camera: Identity) -> None:
    told = look(signed(picture(), camera, AI, remote="https://remote.example/m.c2pa"))
    assert told.outcome == "trusted"


def test_what_a_manifest_says_of_itself_moves_no_cursor_and_stays_short(
    look: Look, stranger: Identity
) -> None:
    generator = "\x1b[2J\x1b]0;owned\x07\u202eevil " + "A" * 5000
    told = look(signed(picture(), stranger, CAMERA, generator=generator, title="\x1b[31mred\r\n.jpg"))
    for each in told.findings:
        assert each.message.isprintable(), each.message
        assert len(each.message) < 1500


def test_a_claim_of_an_ingredient_is_its_own_signers(
    look: Look, camera: Identity, stranger: Identity
) -> None:
    source = signed(picture(1), camera, AI)
    told = look(signed(picture(2), stranger, edited("source.jpg"),
                       ingredients=((used("source.jpg"), source, "image/jpeg"),)))  # fmt: skip
    assert told.outcome == "unknown-signer"
    assert "“source.jpg”: Example Camera Works (Camera 1) states" in told["claims-ai"].message
    assert "word of Nobody Known (Somebody) alone" in told["claim-of-source"].message
    assert "claim-unknown-signer" not in told.codes
    assert "ingredient-known" in told.codes


def test_who_is_trusted_does_not_vouch_for_an_unknown_ingredient(
    look: Look, camera: Identity, stranger: Identity
) -> None:
    source = signed(picture(1), stranger, AI)
    told = look(signed(picture(2), camera, edited("source.jpg"),
                       ingredients=((used("source.jpg"), source, "image/jpeg"),)))  # fmt: skip
    assert told.outcome == "trusted"
    assert "Nobody Known (Somebody) states" in told["claims-ai"].message
    assert {"claim-unknown-signer", "ingredient-unknown"} <= told.codes


def test_an_unknown_camera_does_not_become_one_by_being_used(
    look: Look, camera: Identity, stranger: Identity
) -> None:
    source = signed(picture(1), stranger, CAMERA)
    told = look(signed(picture(2), camera, edited("source.jpg"),
                       ingredients=((used("source.jpg"), source, "image/jpeg"),)))  # fmt: skip
    assert told.outcome == "trusted"
    assert "claims-ai" not in told.codes
    assert "does not vouch" in told["ingredient-unknown"].message


def test_what_was_only_an_input_is_no_part_of_the_file(
    look: Look, camera: Identity, stranger: Identity
) -> None:
    source = signed(picture(1), camera, AI)
    drawn = edited("prompt.jpg", action="c2pa.created", term="digitalCreation")
    told = look(signed(picture(2), stranger, drawn,
                       ingredients=((used("prompt.jpg", "inputTo"), source, "image/jpeg"),)))  # fmt: skip
    assert told.outcome == "unknown-signer"
    assert "claims-ai" not in told.codes
    assert "ingredient-known" in told.codes


def test_an_ai_claim_is_found_generations_back(look: Look, camera: Identity, stranger: Identity) -> None:
    data = signed(picture(1), camera, AI)
    for generation in range(4):
        title = f"generation-{generation}.jpg"
        data = signed(picture(generation + 2), stranger, edited(title),
                      ingredients=((used(title), data, "image/jpeg"),))  # fmt: skip
    told = look(data)
    assert told.outcome == "unknown-signer"
    assert "Example Camera Works (Camera 1) states" in told["claims-ai"].message


def test_an_ingredient_that_was_broken_when_used_is_said_and_its_claim_does_not_count(
    look: Look, camera: Identity
) -> None:
    moved = transplanted(signed(picture(1), camera, AI), picture(3))
    told = look(signed(picture(2), camera, edited("moved.jpg"),
                       ingredients=((used("moved.jpg"), moved, "image/jpeg"),)))  # fmt: skip
    assert told.outcome == "trusted"
    assert told["ingredient-broken"].kind == "review"
    assert "assertion.dataHash.mismatch" in told["ingredient-broken"].message
    assert "claims-ai" not in told.codes


def test_an_ingredient_altered_after_signing_is_content_changed_in_its_history(
    look: Look, camera: Identity
) -> None:
    source = signed(picture(1), camera, made("negativeFilm"))
    good = signed(picture(2), camera, edited("source.jpg"),
                  ingredients=((used("source.jpg"), source, "image/jpeg"),))  # fmt: skip
    assert look(good).outcome == "trusted"
    told = look(good.replace(b"negativeFilm", b"positiveFilm"))
    assert told.outcome == "content-changed"
    assert "changed-history" in told.codes


def test_an_ingredient_without_provenance_is_the_users_word(look: Look, camera: Identity) -> None:
    told = look(signed(picture(2), camera, edited("plain.jpg"),
                       ingredients=((used("plain.jpg"), picture(1), "image/jpeg"),)))  # fmt: skip
    assert "is the word of Example Camera Works (Camera 1) alone" in told["ingredient-bare"].message


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF", "AVIF"])
def test_pictures_of_other_kinds_are_read_alike(look: Look, camera: Identity, kind: str) -> None:
    media_type = f"image/{kind.lower()}"
    data = signed(picture(1, kind), camera, AI, media_type=media_type)
    assert {"trusted", "claims-ai"} <= look(data, f"made.{kind.lower()}").codes
    assert look(picture(1, kind), f"bare.{kind.lower()}").codes == {"none"}


def test_bytes_that_are_no_picture_could_not_be_looked_at(look: Look) -> None:
    with pytest.raises(Unreadable, match="damaged or is not what it claims to be"):
        look(picture()[:90])


def test_the_dates_of_the_lists_stand_in_the_sources() -> None:
    sources = {source.name: source.date for source in Provenance().sources()}
    assert sources["C2PA trust list"] == sources["C2PA interim trust list"] == "2026-07-10"


@pytest.mark.parametrize(
    ("name", "media_type", "origin", "channel"),
    [("frame.png", "image/png", "picture of the video", None), ("call.wav", "audio/x-wav", "caller", "call")],
)
def test_what_quivive_made_itself_is_not_asked_for_provenance(
    name: str, media_type: str, origin: str, channel: str | None
) -> None:
    item = replace(take(picture(1, "PNG"), name), media_type=media_type, origin=origin, parent="film.mp4",
                   channel=channel)  # fmt: skip
    assert list(Provenance().examine(item, Context(now=datetime(2026, 11, 22, tzinfo=UTC)))) == []
