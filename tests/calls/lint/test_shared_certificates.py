"""A sample of real certificates: the codes that the public linter gave them."""

import base64
import gzip
import json
from datetime import UTC, datetime

import pytest

from quivive.calls.lint import lint

EVERY = {"certs": 13, "certs_hist": 2}


@pytest.mark.parametrize(("name", "agreeing"), [("certs", 1.0), ("certs_hist", 0.99)])
def test_real_certificates_get_the_codes_of_the_public_linter(shared_data, name, agreeing):
    path = shared_data / "calls" / "sti-certs" / f"{name}.jsonl.gz"
    same = total = 0
    with gzip.open(path, "rb") as lines:
        for number, line in enumerate(lines):
            if number % EVERY[name] == 0:
                row = json.loads(line)
                tested = datetime.strptime(row["tested"], "%d %b %y %H:%M UTC").replace(tzinfo=UTC)
                got = {finding.code for finding in lint(base64.b64decode(row["cert"]), tested)}
                same += got == {finding["code"] for finding in row["findings"]}
                total += 1
    assert total > 400
    assert same / total >= agreeing
