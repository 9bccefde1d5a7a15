"""Rules of the outcome, from statuses alone: what the signing library would never write itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quivive.media.provenance.claims import counted
from quivive.media.provenance.store import Ingredient, Manifest, Signer, Standing, Statement, Status, Store
from quivive.media.provenance.trust import STAMPS
from quivive.media.provenance.verdict import judge

BASE = "self#jumbf=/c2pa/urn:c2pa:1"
DATA = f"{BASE}/c2pa.assertions/c2pa.hash.data"
FITS = Status("success", "assertion.dataHash.match", DATA)
SIGNED = Status("success", "claimSignature.validated", f"{BASE}/c2pa.signature")
KNOWN = Status("success", "signingCredential.trusted", f"{BASE}/c2pa.signature",
               "signing certificate trusted, found in [C2PA trust list] trust anchors")  # fmt: skip
UNKNOWN = Status("failure", "signingCredential.untrusted", f"{BASE}/c2pa.signature")
AI = Statement("trainedAlgorithmicMedia", "c2pa.created", "")


def manifest(label: str = "urn:c2pa:1", *ingredients: Ingredient, stated: Statement = AI) -> Manifest:
    return Manifest(label, 2, "Example", Signer(f"Signer of {label}", "Example CA"), None, ("c2pa.created",),
                    (stated,), ingredients, False)  # fmt: skip


def store(*own: Status, others: tuple[Status, ...] = (), held: Manifest | None = None) -> Store:
    active = held or manifest()
    return Store(active.label, {active.label: active}, own, others)


def failed(code: str, url: str = BASE, standing: Standing = "failure") -> Status:
    return Status(standing, code, url)


def test_known_and_bound_is_trusted() -> None:
    verdict = judge(store(FITS, SIGNED, KNOWN))
    assert (verdict.outcome, verdict.trust_list) == ("trusted", "C2PA trust list")


def test_a_list_for_time_stamps_makes_no_signer_trusted() -> None:
    stamping = replace(KNOWN, said=f"signing certificate trusted, found in [{STAMPS}X] trust anchors")
    assert judge(store(FITS, SIGNED, stamping)).outcome == "credential-problem"


def test_a_manifest_tied_to_nothing_is_no_trusted_one_and_its_claim_counts_for_nothing() -> None:
    loose = store(SIGNED, KNOWN)
    verdict = judge(loose)
    assert (verdict.outcome, verdict.problems) == ("credential-problem", ("unbound",))
    assert counted(loose, verdict) == []


def test_the_binding_may_stand_in_the_manifest_that_an_update_builds_on() -> None:
    assert judge(store(SIGNED, KNOWN, others=(FITS,))).outcome == "trusted"


@pytest.mark.parametrize(
    "code",
    ["assertion.dataHash.mismatch", "assertion.bmffHash.mismatch", "assertion.boxesHash.mismatch",
     "assertion.boxesHash.unknownBox", "assertion.collectionHash.mismatch", "assertion.hashedURI.mismatch",
     "assertion.missing", "assertion.undeclared", "claimSignature.mismatch", "claimSignature.missing",
     "ingredient.manifest.mismatch", "ingredient.manifest.missing"],
)  # fmt: skip
def test_what_is_not_as_it_was_signed_is_content_changed_whoever_signed(code: str) -> None:
    changed = store(SIGNED, KNOWN, failed(code))
    verdict = judge(changed)
    assert (verdict.outcome, verdict.codes) == ("content-changed", (code,))
    assert counted(changed, verdict) == []


def test_a_hash_that_matches_and_leaves_out_too_much_is_a_layout_of_old_and_counts_for_nothing() -> None:
    old = store(FITS, SIGNED, KNOWN, failed("assertion.dataHash.mismatch", DATA))
    verdict = judge(old)
    assert (verdict.outcome, verdict.problems) == ("credential-problem", ("layout",))
    assert counted(old, verdict) == []


def test_another_hash_that_matches_excuses_none_that_does_not() -> None:
    assert judge(store(FITS, KNOWN, failed("assertion.dataHash.mismatch", DATA + "__1"))).outcome == (
        "content-changed"
    )


@pytest.mark.parametrize(
    ("code", "problem"),
    [("signingCredential.expired", "expired"), ("claimSignature.outsideValidity", "expired"),
     ("signingCredential.ocsp.revoked", "revoked"), ("signingCredential.invalid", "certificate"),
     ("algorithm.unsupported", "certificate"), ("claim.hardBindings.missing", "unbound"),
     ("assertion.action.malformed", "form"), ("manifest.multipleParents", "form"),
     ("a.code.of.tomorrow", "form")],
)  # fmt: skip
def test_any_other_failure_is_a_credential_problem_even_of_a_known_signer(code: str, problem: str) -> None:
    verdict = judge(store(FITS, SIGNED, KNOWN, failed(code)))
    assert (verdict.outcome, verdict.problems) == ("credential-problem", (problem,))


def test_a_changed_file_is_not_excused_by_a_bad_certificate() -> None:
    both = store(SIGNED, failed("signingCredential.expired"), failed("assertion.dataHash.mismatch"))
    assert judge(both).outcome == "content-changed"


def test_a_statement_of_identity_that_fails_leaves_the_provenance_as_it_is() -> None:
    assert judge(store(FITS, SIGNED, KNOWN, failed("cawg.x509.credential.untrusted"))).outcome == "trusted"


def test_the_credential_of_an_ingredient_is_not_that_of_the_file() -> None:
    others = (failed("signingCredential.untrusted"), failed("signingCredential.expired"))
    assert judge(store(FITS, SIGNED, KNOWN, others=others)).outcome == "trusted"


def using(*recorded: Status) -> tuple[Store, Ingredient]:
    """A file of an unknown signer who used another's manifest and noted these things of it."""
    ingredient = Ingredient("source.jpg", "parentOf", "urn:c2pa:2", recorded)
    outer = manifest("urn:c2pa:1", ingredient, stated=Statement("", "c2pa.opened", ""))
    return store(FITS, SIGNED, UNKNOWN, held=outer), ingredient


def test_what_a_user_notes_of_an_ingredient_proves_nothing_for_it() -> None:
    """The notes say it was validated and trusted; nothing validated it here."""
    lying, _ = using(SIGNED, KNOWN, FITS)
    assert counted(lying, judge(lying)) == []


def test_a_forged_ingredient_stays_forged_whatever_its_user_notes() -> None:
    lying, _ = using(SIGNED, KNOWN)
    forged = store(SIGNED, KNOWN, failed("claimSignature.mismatch"), held=manifest("urn:c2pa:2"))
    lying = replace(lying, alone={"urn:c2pa:2": forged})
    assert counted(lying, judge(lying)) == []


def test_an_ingredients_signer_is_known_by_its_own_validation_alone() -> None:
    lying, _ = using(KNOWN)
    content = failed("assertion.dataHash.mismatch", DATA)  # its picture is not here
    for standing, known in ((KNOWN, True), (UNKNOWN, False)):
        alone = store(SIGNED, standing, content, held=manifest("urn:c2pa:2"))
        seen = replace(lying, alone={"urn:c2pa:2": alone})
        (claim,) = counted(seen, judge(seen))
        assert (claim.manifest.label, claim.known) == ("urn:c2pa:2", known)


def test_manifests_that_name_each_other_as_ingredients_come_to_an_end() -> None:
    one = manifest("urn:c2pa:1", Ingredient("b", "parentOf", "urn:c2pa:2", ()))
    two = manifest("urn:c2pa:2", Ingredient("a", "parentOf", "urn:c2pa:1", ()))
    ring = Store(one.label, {one.label: one, two.label: two}, (FITS, SIGNED, UNKNOWN), ())
    assert len(counted(ring, judge(ring))) == 1
