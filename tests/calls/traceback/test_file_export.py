"""An export is checked by a script that needs nothing but Python; a changed byte is named at its place."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

from calls.traceback.traced import SECRET, answered, author, begun, keys, lines, through_three
from quivive.calls.traceback import checking, export
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.hops import Hop
from quivive.errors import UsageError

SCRIPT = Path(chain.__file__)


@cache
def made() -> dict[str, bytes]:
    return export.export(through_three(), keys("police").sealing, author("police"))


def run(where: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The script as others run it, without anything of ours to import."""
    words = [sys.executable, *options, str(SCRIPT), str(where)]
    return subprocess.run(words, capture_output=True, text=True, cwd="/", env={}, check=False)


def test_a_whole_export_is_found_whole_by_its_own_script(tmp_path: Path) -> None:
    export.write(made(), tmp_path / "out")
    own = [sys.executable, str(tmp_path / "out" / "verify_traceback.py")]
    done = subprocess.run(own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("5 entries: nothing was changed.\n")
    assert "NOT checked" not in done.stdout


def test_without_the_package_for_signatures_the_script_says_that_it_did_not_check_them(
    tmp_path: Path,
) -> None:
    export.write(made(), tmp_path / "out")
    done = run(tmp_path / "out", "-I", "-S")  # no site-packages: the standard library alone
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Signatures were NOT checked" in done.stdout
    assert "nothing was changed" in done.stdout


def test_a_zip_is_checked_as_a_folder_is(tmp_path: Path) -> None:
    export.write(made(), tmp_path / "out.zip")
    assert run(tmp_path / "out.zip").returncode == 0
    assert checking.verify(tmp_path / "out.zip").changed == ()
    with zipfile.ZipFile(tmp_path / "out.zip") as held:
        assert {name: held.read(name) for name in held.namelist()} == made()


def test_files_of_an_export_are_their_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    export.write(made(), tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in (tmp_path / "out").iterdir())
    with pytest.raises(UsageError, match="not written over"):
        export.write(made(), tmp_path / "out")


def faults_of(files: dict[str, bytes]) -> list[chain.Fault]:
    found, around, _ = chain.check_export(files)
    return [*found.faults, *around]


def flipped(name: str, seed: int) -> tuple[dict[str, bytes], int]:
    draw = random.Random(f"{name} {seed}")
    data = bytearray(made()[name])
    at = draw.randrange(len(data))
    data[at] ^= 1 << draw.randrange(8)
    return {**made(), name: bytes(data)}, at


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("name", ["traceback.jsonl", "opened.json"])
def test_any_flipped_byte_of_the_entries_is_named_by_entry_and_place(name: str, seed: int) -> None:
    files, at = flipped(name, seed)
    before = made()[name]
    entry = max(before.count(b"\n", 0, at) - (name == "opened.json"), 0)
    found = faults_of(files)
    exact = [fault for fault in found if fault.file == name and fault.at == (at, at)]
    assert any(fault.entry == entry and "was changed: it was" in fault.text for fault in exact), found
    ends = b"\n" in (before[at : at + 1], files[name][at : at + 1])  # lines are cut elsewhere: others move
    if name == "traceback.jsonl" and not ends:
        assert {fault.entry for fault in found} == {entry}


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("name", ["traceback.html", "README.txt", "verify_traceback.py"])
def test_any_flipped_byte_of_the_other_files_is_named(name: str, seed: int) -> None:
    files, at = flipped(name, seed)
    (fault,) = faults_of(files)
    assert (fault.file, fault.at) == (name, (at, at))
    assert repr(made()[name][at : at + 1]) in fault.text


@pytest.mark.parametrize("seed", range(60))
def test_any_flipped_byte_of_the_list_of_hashes_is_put_down_to_the_list(seed: int) -> None:
    files, _ = flipped("manifest.json", seed)
    found = faults_of(files)
    assert found
    assert "manifest.json" in {fault.file for fault in found}


def test_a_line_end_that_was_changed_is_named_with_its_place() -> None:
    data = made()["traceback.jsonl"]
    at = data.index(b"\n")
    files = {**made(), "traceback.jsonl": data[:at] + b" " + data[at + 1 :]}
    assert any((fault.entry, fault.at) == (0, (at, at)) for fault in faults_of(files))


def test_the_field_inside_an_entry_is_named() -> None:
    data = made()["traceback.jsonl"]
    at = data.index(b'"deadline":"') + 14
    files = {**made(), "traceback.jsonl": data[:at] + b"9" + data[at + 1 :]}
    fields = {fault.field for fault in faults_of(files) if fault.at == (at, at)}
    assert "next.0.deadline" in fields


def test_an_opened_answer_that_who_asked_changed_is_not_what_the_provider_signed() -> None:
    """Whoever exports holds the key of the list of hashes; the provider's salted digests still tell."""
    files = {
        **made(),
        "opened.json": made()["opened.json"].replace(SECRET.encode(), b"customer-of-gamma-0000", 1),
    }
    files.pop("manifest.json")
    files["manifest.json"] = export.manifest(files, author("police"))
    found = [(fault.file, fault.entry, fault.who, fault.field) for fault in faults_of(files)]
    assert found == [("opened.json", 3, "gamma", "customer")]


def test_bytes_put_in_and_files_taken_out_are_named() -> None:
    longer = {**made(), "traceback.html": made()["traceback.html"] + b"<p>more</p>"}
    assert any("from here on it is another" in fault.text for fault in faults_of(longer))
    less = {name: data for name, data in made().items() if name != "opened.json"}
    assert any((fault.file, fault.text) == ("opened.json", "is missing") for fault in faults_of(less))


def test_a_file_that_is_no_part_of_the_export_is_said(tmp_path: Path) -> None:
    _, faults, notes = chain.check_export({**made(), "more.txt": b"x"})
    assert (faults, notes) == ([], ["more.txt is no part of the export and was not looked at."])


def test_another_key_cannot_sign_the_list_of_hashes() -> None:
    files = {name: data for name, data in made().items() if name != "manifest.json"}
    files["manifest.json"] = export.manifest(files, author("gamma"))
    (fault,) = faults_of(files)
    assert "another key" in fault.text


def test_only_who_asked_can_export() -> None:
    with pytest.raises(UsageError, match="only who asked"):
        export.export(through_three(), keys("police").sealing, author("gamma"))
    with pytest.raises(UsageError, match="not for this key"):
        export.export(through_three(), keys("gamma").sealing, author("police"))


def test_a_changed_file_is_not_exported() -> None:
    held = lines(through_three())
    with pytest.raises(UsageError, match="not as it was signed"):
        export.export(b"".join([held[0], held[2]]), keys("police").sealing, author("police"))


def test_the_script_prints_entry_field_and_byte(tmp_path: Path) -> None:
    data = made()["traceback.jsonl"]
    at = data.index(b'"name":"beta"') + 8
    export.write({**made(), "traceback.jsonl": data[:at] + b"z" + data[at + 1 :]}, tmp_path / "out")
    done = run(tmp_path / "out")
    assert done.returncode == 1
    wanted = f"CHANGED: traceback.jsonl, entry 2 (beta), field who.name, byte {at}: "
    assert wanted + "this byte was changed: it was b'b' and is b'z'." in done.stdout


def page(data: bytes | None = None) -> str:
    return export.export(data or through_three(), keys("police").sealing, author("police"))[
        "traceback.html"
    ].decode()


def test_the_page_fetches_nothing_runs_nothing_and_tells_every_hop() -> None:
    drawn = page()
    assert not re.search(r"<script|<link|<iframe|<img|href=|src=|url\(|@import", drawn)
    assert "default-src &#39;none&#39;" in drawn or "default-src 'none'" in drawn
    for said in ("alpha", "beta", "gamma", SECRET, "The call began at gamma"):
        assert said in drawn
    assert drawn.count("<rect") == 3


def test_a_silent_hop_and_its_gap_stand_on_the_page() -> None:
    data = answered(begun(), "alpha", "beta")
    drawn = page(data)
    assert drawn.count("<rect") == 2
    assert 'stroke-dasharray="8 6"' in drawn
    assert "<strong>After alpha: beta</strong>" in drawn


def test_a_hostile_answer_stays_text_on_the_page() -> None:
    turned = "alpha\u202e"  # turns the direction of reading
    first = begun(turned)
    evil = Hop(turned, "found", "originating", customer="<script>alert(1)</script>")
    shown = page(answered(first, turned, hop=evil))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "\u202e" not in shown


def test_the_opened_whole_is_json_that_others_read() -> None:
    value = json.loads(made()["opened.json"])
    assert [hop["provider"] for hop in value["traceback"]["hops"]] == ["alpha", "beta", "gamma"]
    assert value["entries"][3]["fields"]["customer"]["value"] == SECRET
    assert value["traceback"]["complete"] is True
