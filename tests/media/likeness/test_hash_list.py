"""Lists of known pictures in the layouts that units get them in."""

from __future__ import annotations

import json

import pytest

from quivive.errors import BadConfig
from quivive.media.likeness.hash_list import counts, read_list

MD5, SHA1, SHA256, PDQ = "a1" * 16, "b2" * 20, "c3" * 32, "d4" * 32


def _values(text: str) -> dict[str, tuple[str, ...]]:
    return dict(read_list(text.encode(), "list").values)


def test_plain_lines_count_by_their_length_and_64_digits_for_both_kinds() -> None:
    found = read_list(f"# a comment\n{MD5}\n{SHA1.upper()}\n\n{SHA256}  a note\n".encode(), "list")
    assert found.values == {"md5": (MD5,), "sha1": (SHA1,), "sha256": (SHA256,), "pdq": (SHA256,)}
    assert found.count == 3
    assert counts(found) == "1 md5, 1 pdq, 1 sha1, 1 sha256"


def test_a_kind_that_is_said_holds() -> None:
    assert _values(f"pdq:{PDQ}\nsha256:{SHA256}\n") == {"pdq": (PDQ,), "sha256": (SHA256,)}


def test_csv_with_columns_named_after_kinds() -> None:
    assert _values(f"id,MD5,PDQ\n1,{MD5},{PDQ}\n2,,\n") == {"md5": (MD5,), "pdq": (PDQ,)}


def test_csv_of_threatexchange_tools() -> None:
    assert _values(f"signal_type;signal\npdq;{PDQ}\nvideo_md5x;{MD5}\n") == {"pdq": (PDQ,)}


def test_threatexchange_descriptors() -> None:
    data = {"data": [{"id": "1", "indicator": PDQ, "type": "HASH_PDQ"},
                     {"id": "2", "indicator": {"indicator": MD5, "type": "HASH_MD5"}},
                     {"id": "3", "indicator": "https://a.example/", "type": "URI"}]}  # fmt: skip
    found = read_list(json.dumps(data).encode(), "list")
    assert found.values == {"pdq": (PDQ,), "md5": (MD5,)}
    assert found.not_read == 1


def test_project_vic_media_with_alternate_hashes() -> None:
    media = {"MediaID": 1, "Category": 1, "MD5": MD5.upper(), "SHA1": SHA1, "MediaSize": "7",
             "Hashes": [{"HashName": "PhotoDNA", "HashValue": "AAECAwQ="},
                        {"HashName": "PDQ", "HashValue": PDQ}]}  # fmt: skip
    text = "\ufeff" + json.dumps({"@odata.context": "…#Media", "value": [media]})
    found = read_list(text.encode(), "list")
    assert found.values == {"md5": (MD5,), "sha1": (SHA1,), "pdq": (PDQ,)}
    assert found.not_read == 1


def test_project_vic_cases_are_walked() -> None:
    case = {"value": [{"CaseID": "1", "Media": [{"MD5": MD5, "Category": 2}]}]}
    assert _values(json.dumps(case)) == {"md5": (MD5,)}


def test_a_list_of_strings() -> None:
    assert _values(json.dumps([MD5, SHA1])) == {"md5": (MD5,), "sha1": (SHA1,)}


def test_a_hash_that_stands_twice_counts_once() -> None:
    assert read_list(f"{MD5}\n{MD5.upper()}\n".encode(), "list").count == 1


@pytest.mark.parametrize("text", ["", "no hashes here\n", "[]", '{"a": "b"', "[" * 100_000, "md5\n\x00\n"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(BadConfig, match="list"):
        read_list(text.encode(), "list")
