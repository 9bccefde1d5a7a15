"""Archives are opened in memory, bombs are not, and programs inside are named."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.reader_helpers import DATA, codes, items, look, maker
from quivive.intake import take
from quivive.messages.documents.archives import Archives
from quivive.messages.documents.unpack import Bounds, members
from quivive.model import Yield

make = maker("archives/make_archives.py")
NOTE, PROGRAM = make.NOTE, make.PROGRAM


def opened(data: bytes, name: str = "x.zip", *hints: str) -> tuple[list[Yield], str]:
    return look(Archives(), replace(take(data, name), hints=hints))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_it_reads_the_files_of_a_zip(method: int) -> None:
    results, _ = opened(make.zipped({"a/note.txt": NOTE}, method))
    item = items(results)["x.zip/a/note.txt"]
    assert (item.data, item.origin, item.parent) == (NOTE, "in the archive", "x.zip")


@pytest.mark.parametrize(
    ("data", "name", "inside"),
    [
        (gzip.compress(NOTE, mtime=0), "note.txt.gz", "note.txt.gz/note.txt"),
        (
            gzip.compress(NOTE, mtime=0) + gzip.compress(b"more", mtime=0),
            "note.txt.gz",
            "note.txt.gz/note.txt",
        ),
        (bz2.compress(NOTE), "note.txt.bz2", "note.txt.bz2/note.txt"),
        (lzma.compress(NOTE), "note.txt.xz", "note.txt.xz/note.txt"),
        (gzip.compress(NOTE, mtime=0), "x.tgz", "x.tgz/x.tar"),
    ],
)
def test_it_reads_packed_streams(data: bytes, name: str, inside: str) -> None:
    results, reason = opened(data, name)
    assert not reason
    assert items(results)[inside].data.startswith(NOTE)


def test_it_reads_a_tar_and_leaves_links_alone() -> None:
    long = "folder/" + "x" * 120 + ".txt"
    results, reason = opened(make.tarred({"note.txt": NOTE, long: b"long"}, link="/etc/passwd"), "x.tar")
    assert not reason
    assert sorted(item.data for item in items(results).values()) == sorted([NOTE, b"long"])


@pytest.mark.parametrize("lock", ["aes", "legacy"])
def test_the_password_that_stood_in_the_message_opens_it_and_is_a_flag(lock: str) -> None:
    data = (
        make.locked({"note.txt": NOTE}, "Rechnung2024")
        if lock == "aes"
        else make.legacy_locked("note.txt", NOTE, "Rechnung2024")
    )
    results, reason = opened(data, "x.zip", "attached", "Rechnung2024")
    assert not reason
    assert items(results)["x.zip/note.txt"].data == NOTE
    assert codes(results) == [("archive/opened-with-password-from-the-message", "review")]


def test_a_usual_password_is_tried_and_is_no_flag() -> None:
    results, _ = opened(make.locked({"note.txt": NOTE}, "infected"))
    assert codes(results) == [("archive/opened-with-usual-password", "informational")]


@pytest.mark.parametrize("hints", [(), ("wrong", "Rechnung2023")])
def test_a_locked_archive_could_not_be_looked_into_but_its_names_are_judged(hints: tuple[str, ...]) -> None:
    results, reason = opened(make.locked({"Invoice.pdf.exe": PROGRAM}, "Rechnung2024"), "x.zip", *hints)
    assert "locked" in reason
    assert not items(results)
    assert ("archive/double-extension", "fail") in codes(results)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("setup.exe", PROGRAM, "archive/program"),
        ("photo.jpg", PROGRAM, "archive/program"),
        ("statement.lnk", make.SHORTCUT, "archive/program"),
        ("update.js", b"var x = 1", "archive/program"),
        ("invoice.pdf.js", b"var x = 1", "archive/double-extension"),
        ("scan\u202efdp.exe", PROGRAM, "archive/reversed-name"),
    ],
)
def test_programs_are_named_by_content_or_name(name: str, data: bytes, code: str) -> None:
    results, _ = opened(make.zipped({name: data}))
    assert (code, "fail") in codes(results)


def test_a_program_among_many_files_is_software() -> None:
    files = {f"file{i}.txt": NOTE + bytes([65 + i]) for i in range(8)} | {"tool.exe": PROGRAM}
    results, _ = opened(make.zipped(files))
    assert codes(results) == [("archive/software", "review")]


def test_honest_files_are_no_flag() -> None:
    results, reason = opened(make.zipped({"note.txt": NOTE, "table.csv": b"a,b\n1,2\n"}))
    assert (codes(results), reason) == ([], "")


def test_names_that_climb_out_of_the_folder_are_cleaned_and_told() -> None:
    results, _ = opened(make.zipped({"../../etc/cron.d/x": NOTE, "C:\\Windows\\y.txt": NOTE + b"2"}))
    assert set(items(results)) == {"x.zip/etc/cron.d/x", "x.zip/Windows/y.txt"}
    assert codes(results) == [("archive/path-trick", "review")]


@pytest.mark.parametrize("data", [b"Rar!\x1a\x07\x01\x00" + bytes(50), b"7z\xbc\xaf\x27\x1c" + bytes(50)])
def test_kinds_without_a_reader_are_said(data: bytes) -> None:
    _, reason = opened(data, "x")
    assert "cannot be opened here" in reason


def test_overlapping_files_are_a_bomb() -> None:
    assert "bomb" in opened(make.overlapping())[1]


def test_a_packing_method_without_a_bound_is_said_to_be_unread() -> None:
    results, _ = opened(make.zipped({"note.txt": NOTE}, zipfile.ZIP_BZIP2))
    assert codes(results) == [("archive/not-all-read", "open")]


def test_more_files_than_the_limit_are_said() -> None:
    data = make.zipped({f"{i}.txt": b"%d" % i for i in range(250)})
    results, _ = opened(data)
    assert len(items(results)) == Bounds.files
    assert codes(results) == [("archive/not-all-read", "open")]


@pytest.mark.parametrize("bomb", ["make.bomb(600)", "bz2.compress(bytes(600 * 2**20))"])
def test_bombs_stop_within_memory_and_time(bomb: str) -> None:
    """The bomb is packed in one child and unpacked in another, which would die of 512 MiB."""
    build = (
        f"import sys, bz2; sys.path.insert(0, {str(DATA / 'archives')!r});"
        f"import make_archives as make; sys.stdout.buffer.write({bomb})"
    )
    data = subprocess.run([sys.executable, "-c", build], capture_output=True, timeout=60, check=True).stdout
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29));"
        "resource.setrlimit(resource.RLIMIT_CPU, (10, 10));"
        "from quivive.messages.documents.unpack import *\n"
        "from quivive.intake import take\n"
        "from quivive.errors import *"
        "\n"
        "item = take(sys.stdin.buffer.read(), 'x')\n"
        "try: print(sum(len(m.data) for m in members(item.data, item.media_type, 'x', (), Bounds())))\n"
        "except TooLarge as error: print(error)"
    )
    child = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, timeout=60)
    assert b"bomb" in child.stdout, child.stderr


TYPES = (
    "application/zip",
    "application/x-tar",
    "application/gzip",
    "application/x-bzip2",
    "application/x-xz",
)
SEEDS = [
    (TYPES[0], make.zipped({"note.txt": NOTE})),
    (TYPES[0], make.legacy_locked("note.txt", NOTE, "x")),
    (TYPES[0], make.overlapping(3)),
    (TYPES[1], make.tarred({"note.txt": NOTE}, link="x")),
    (TYPES[2], gzip.compress(NOTE, mtime=0)),
    (TYPES[3], bz2.compress(NOTE)),
    (TYPES[4], lzma.compress(NOTE)),
]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 255)), max_size=10),
    st.integers(0, 12_000),
)
def test_damaged_archives_give_bounded_files_or_could_not_look(
    seed: tuple[str, bytes], changes: list[tuple[int, int]], cut: int
) -> None:
    media_type, data = seed[0], bytearray(seed[1])
    for place, value in changes:
        data[place % len(data)] = value
    results, reason = look(Archives(), take(bytes(data[:cut]), "x", media_type))
    assert sum(item.size for item in items(results).values()) <= Bounds.bytes
    assert reason == "" or reason.endswith(".")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(TYPES))
def test_any_bytes_are_no_archive_or_could_not_look(data: bytes, media_type: str) -> None:
    results, reason = look(Archives(), take(data, "x", media_type))
    assert reason == "" or reason.endswith(".")
    assert sum(item.size for item in items(results).values()) <= Bounds.bytes


def test_reading_is_the_same_twice() -> None:
    data = make.locked({"note.txt": NOTE, "b.txt": b"2"}, "infected")
    first = [m.name for m in members(data, TYPES[0], "x", (), Bounds())]
    assert first == [m.name for m in members(data, TYPES[0], "x", (), Bounds())] == ["note.txt", "b.txt"]
