"""The trust lists that ship, what the library is told, and how newer lists come in."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from cryptography import x509

from media.provenance.maker import identity
from quivive.errors import Unreadable
from quivive.media.provenance import refresh, trust

TRUST = Path(str(files("quivive.media.provenance").joinpath("trust")))


def certificates() -> list[x509.Certificate]:
    return [each for known in trust.shipped().lists
            for each in x509.load_pem_x509_certificates(known.anchors.encode())]  # fmt: skip


def test_both_lists_ship_with_a_date_and_the_purposes() -> None:
    shipped = trust.shipped()
    assert {each.name for each in shipped.lists} == {"C2PA trust list", "C2PA interim trust list"}
    assert {each.date for each in shipped.lists} == {shipped.date}
    assert len(certificates()) > 50
    assert "1.3.6.1.4.1.62558.2.1" in shipped.purposes
    assert shipped.sources[0].licence == "O-UDA-1.0"


def test_nothing_made_for_tests_is_trusted() -> None:
    names = " ".join(each.subject.rfc4514_string() for each in certificates())
    assert "test" not in names.lower()


def test_the_shared_test_root_and_test_signers_are_refused(shared_data: Path) -> None:
    for name in ("c2pa_rs_TEST_root_bundle.pem", "allowed_list.pem"):
        published = shared_data.joinpath("media/c2pa_trust", name).read_text("utf-8")
        with pytest.raises(Unreadable, match="made for tests"):
            refresh.authorities(published)


def test_the_library_is_told_to_ask_nobody() -> None:
    told = trust.settings(trust.shipped())
    assert told["verify"]["remote_manifest_fetch"] is False
    assert told["verify"]["ocsp_fetch"] is False
    assert told["core"]["allowed_network_hosts"] == []
    assert told["core"]["decode_identity_assertions"] is False


def test_authorities_for_time_stamps_alone_stand_apart() -> None:
    for known in trust.shipped().lists:
        for each in refresh.authorities(known.anchors):
            assert each.stamps_only is known.stamps


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TRUST, tmp_path / "trust"))


def published() -> str:
    return "Subject CN=Example\n" + identity(root="Refreshed Root").root


def test_newer_lists_take_the_place_of_those_that_ship(folder: Path) -> None:
    shipped = trust.shipped()
    interim = "".join(each.anchors for each in shipped.lists if "interim" in each.name)
    single = (TRUST / "interim_allowed.txt").read_text("utf-8")
    refresh.refresh(folder, "2026-12-24", published(), interim, single, shipped.purposes)
    assert "date: '2026-12-24'" in (folder / "lists.yaml").read_text("utf-8")
    (only,) = refresh.authorities((folder / "official.pem").read_text("utf-8"))
    assert only.pem in published()
    assert (folder / "interim.pem").read_text("utf-8") == (TRUST / "interim.pem").read_text("utf-8")
    assert (folder / "interim_stamps.pem").read_bytes() == (TRUST / "interim_stamps.pem").read_bytes()


@pytest.mark.parametrize("fault", ["empty", "leaf", "damaged", "single", "purposes"])
def test_a_list_that_must_not_be_trusted_changes_nothing(folder: Path, fault: str) -> None:
    good, purposes = published(), trust.shipped().purposes
    single = "A" * 43 + "=\n"
    official = {"empty": "nothing here", "leaf": identity().chain, "damaged": good.replace("MII", "MIJ", 1)}
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(Unreadable):
        refresh.refresh(folder, "2026-12-24", official.get(fault, good), good,
                        "<html>" if fault == "single" else single,
                        "<html>" if fault == "purposes" else purposes)  # fmt: skip
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_command_says_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing here", "utf-8")
    options = [f"--{name}={wrong}" for name in ("official", "interim", "allowed", "eku")]
    done = CliRunner().invoke(refresh.main, [str(folder), "--date=2026-12-24", *options])
    assert done.exit_code == 1
    assert "The list holds no certificate." in done.output
