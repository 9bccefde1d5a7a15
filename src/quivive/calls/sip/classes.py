"""To which class does a problem of a SIP message belong, and how much does it matter?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from quivive.model import Kind

KINDS: Mapping[str, Kind] = {
    "sip/two-readings": "review",
    "sip/cut-off": "open",
    "sip/malformed": "informational",
    "sip/malformed-fields": "informational",
    "sip/old-form": "informational",
    "sip/unknown-parts": "informational",
    "sip/malformed-media": "informational",
}
CLASSES: Mapping[str, str] = {
    problem: code
    for code, problems in {
        "sip/two-readings": "content-length-conflict header-repeated asserted-repeated display-name-quote "
        "address-brackets bare-carriage-return mixed-line-ends control-character fold-before-first-field",
        "sip/cut-off": "body-short head-unfinished too-many-fields sdp-too-long",
        "sip/malformed": "start-line-whitespace method request-uri-whitespace request-uri-brackets "
        "version-missing version-unknown status-code line-without-colon header-name bare-line-feed not-utf8 "
        "content-length",
        "sip/malformed-fields": "header-missing cseq cseq-method number-range date via via-broadcast "
        "uri-headers branch-empty display-name uri-whitespace uri-scheme-missing uri-host uri-escape "
        "uri-needs-brackets parameter-empty",
        "sip/old-form": "max-forwards-missing from-tag-missing",
        "sip/unknown-parts": "uri-scheme-unknown extension-unknown scheme-unknown body-type-unknown",
        "sip/malformed-media": "sdp-version sdp-line sdp-media sdp-connection",
    }.items()
    for problem in problems.split()
}
"""Finding code by problem."""


def classes(problems: Iterable[str]) -> Iterator[tuple[str, Kind, tuple[str, ...]]]:
    """Finding code, kind and problems of each class that occurs, in the order of KINDS."""
    problems = tuple(problems)
    for code, kind in KINDS.items():
        members = tuple(problem for problem in problems if CLASSES[problem] == code)
        if members:
            yield code, kind, members
