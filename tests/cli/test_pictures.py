"""Are the pictures of findings written out as files, beside what was found inside?"""

from __future__ import annotations

import base64
from dataclasses import replace

from quivive.cli.check import write_items
from quivive.model import Figure


def test_extract_writes_the_pictures_of_findings(bench, tmp_path):
    report = bench.check(b"Pay at hxxp", name="m.txt")
    found = replace(report.findings[0], figures=(Figure("image/png", base64.b64encode(b"png").decode(), ""),))
    write_items(replace(report, findings=(found,)), tmp_path / "out")
    (file,) = (tmp_path / "out").iterdir()
    assert file.name.startswith(report.items[0].sha256[:12])
    assert file.suffix == ".png"
    assert file.read_bytes() == b"png"
    assert file.stat().st_mode & 0o777 == 0o600
