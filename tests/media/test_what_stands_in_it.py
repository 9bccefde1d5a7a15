"""From a picture to its values, through the whole workbench: all that stand in it, no others, inert."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from media.picture_helpers import DATA
from quivive.model import Report
from quivive.workbench import Workbench

TYPED = ("url", "iban", "phone-number", "cryptocurrency-wallet", "payment-card")
LINK = re.compile(r"https?://(?:postnl-herplan|parkeren-betaal|parcel-redelivery|parking-fee)")


def values(report: Report) -> set[tuple[str, str]]:
    return {(each.type, each.value) for each in report.observables if each.type in TYPED}


@pytest.mark.parametrize("name", ["sms.png", "sms_wa.jpg"])
def test_all_values_of_the_shared_screenshots_are_found_and_no_others(
    name: str, bench: Workbench, shared_data: Path
) -> None:
    report = bench.check(shared_data / "media" / name, detectors=["media.codes", "media.ocr", "messages"])
    assert values(report) == {
        ("url", "https://postnl-herplan.top/p?id=7f3a"),
        ("phone-number", "+31612345678"),
        ("iban", "NL91ABNA0417164300"),  # and not the parcel's number, NL83 2291
        ("cryptocurrency-wallet", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
    }
    flagged = {f.code for f in report.findings if f.detector == "messages.flags"}
    assert flagged, "what was read goes the way of a message"


def test_the_link_of_the_shared_photograph_is_found(bench: Workbench, shared_data: Path) -> None:
    report = bench.check(shared_data / "media/qr_photo.jpg", detectors=["media.codes", "messages"])
    assert values(report) == {("url", "https://parkeren-betaal.top/q/88213")}


@pytest.mark.parametrize("form", ["text", "html", "csv"])
@pytest.mark.parametrize("name", ["chat.png", "qr_photo.jpg"])
def test_links_are_printed_so_that_no_program_makes_them_live(name: str, form: str, bench: Workbench) -> None:
    report = bench.check(DATA / name, detectors=["media.codes", "media.ocr", "messages"])
    shown = bench.render([report], form, **({"verbose": 2} if form == "text" else {}))
    assert "hxxps://" in shown
    assert not LINK.search(shown)


def test_a_payment_code_gives_its_account_to_those_who_judge_accounts(bench: Workbench) -> None:
    report = bench.check(DATA / "qr_payment.png", detectors=["media.codes", "messages"])
    assert values(report) == {("iban", "DE89370400440532013000")}
    assert "value/iban" in {f.code for f in report.findings}
