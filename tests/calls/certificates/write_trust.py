"""Writes the trust data in src/quivive/calls/certificates/trust from certificates seen. Run it as a script.

Taken from the shared data (and from PEM files named as arguments): every self-signed CA to which
signatures lead from a leaf certificate, and the CAs between. Left out are self-signed certificates that
are no CA, roots that no leaf leads to, test systems, and intermediates without a root.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import yaml

from quivive.calls.certificates import certificate, path
from quivive.calls.certificates.certificate import Certificate
from quivive.errors import Unreadable

ROOT = Path(__file__).parents[3]
TRUST = ROOT / "src/quivive/calls/certificates/trust"
SHARED = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "calls" / "sti-certs"
WHAT = (
    "Derived from certificates seen on calls, not from the list of approved STI-CAs that the STI-PA keeps: a "
    "root stands here because leaf certificates of US providers lead to it by signature. A root that the "
    "STI-PA has withdrawn since is not known to be so here, and roots of providers not seen are missing. "
    "Replace them with the STI-PA's list where you have it. `leaves` counts those seen that lead there. "
    "Leaves and most CAs come from the reports of 2023 to 2025, CAs missing there from those of 2022 to 2024 "
    "in the same repository."
)


def seen(folder: Path) -> Iterator[tuple[Certificate, float]]:
    """Every shared certificate that reads, with the Unix time when it was tested."""
    for name in ("certs.jsonl.gz", "certs_hist.jsonl.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                at = datetime.strptime(row["tested"], "%d %b %y %H:%M UTC").replace(tzinfo=UTC)
                try:
                    yield certificate.read(base64.b64decode(row["cert"])), at.timestamp()
                except Unreadable:
                    continue


def main() -> None:
    """Choose, count, write."""
    rows = list(seen(SHARED))
    files = [Path(each) for each in sys.argv[1:]] + sorted(TRUST.glob("*.pem"))
    more = [each for file in files for each in certificate.read_all(file.read_bytes(), 1000)]
    known = {each.sha256: each for each in [*(found for found, _ in rows), *more]}
    cas = [each for each in known.values() if each.is_ca and "UAT" not in each.subject]
    roots = [each for each in cas if path.is_signed(each, each)]
    leaves: Counter[str] = Counter()
    for leaf in (each for each in known.values() if not each.is_ca):
        found = path.find(leaf, cas, roots, leaf.not_before)
        if found.certificates[-1] in roots and "certificate-signature" not in found.reasons:
            leaves.update(each.sha256 for each in found.certificates[1:])
    kept = sorted((each for each in cas if leaves[each.sha256]), key=lambda each: -leaves[each.sha256])
    about = {
        "name": "STI roots seen in US SHAKEN certificates",
        "date": datetime.fromtimestamp(max(at for _, at in rows), UTC).date().isoformat(),
        "source": "martinisecurity/shaken-pki-reports on GitHub",
        "licence": "Apache-2.0",
        "what": WHAT,
        "roots": _write("roots.pem", [each for each in kept if each in roots], leaves),
        "intermediates": _write("intermediates.pem", [each for each in kept if each not in roots], leaves),
        "left_out": _left_out([each for each in known.values() if each not in kept]),
    }
    text = yaml.safe_dump(about, sort_keys=False, allow_unicode=True, width=100)
    (TRUST / "roots.yaml").write_text(
        "# Written by tests/calls/certificates/write_trust.py\n" + text, "utf-8"
    )


def _write(name: str, certificates: list[Certificate], leaves: Counter[str]) -> list[dict[str, object]]:
    blocks = []
    for each in certificates:
        text = base64.b64encode(each.der).decode()
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        blocks.append("\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]))
    (TRUST / name).write_text("".join(blocks), "ascii")
    return [
        {
            "name": each.subject,
            "sha256": each.sha256,
            "ends": datetime.fromtimestamp(each.not_after, UTC).date().isoformat(),
            "leaves": leaves[each.sha256],
        }
        for each in certificates
    ]


def _left_out(certificates: list[Certificate]) -> list[dict[str, object]]:
    self_signed = [each for each in certificates if each.subject_name == each.issuer_name]
    return [
        {
            "name": each.subject,
            "sha256": each.sha256,
            "why": "no certificate seen leads to it" if each.is_ca else "it is no CA",
        }
        for each in sorted(self_signed, key=lambda each: each.subject)
    ]


if __name__ == "__main__":
    main()
