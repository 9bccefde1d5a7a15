"""Does a column 'upstream' or 'downstream' name a provider, or a line of its own or a customer?

Exports call these columns alike. A text that is no provider's name is a line where somebody says whose it is,
where it is called as lines are ('tg-17', an address, a number), and where it says that it is a customer's.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import replace

from quivive.calls.traceback.peers import Peers, is_own
from quivive.calls.traceback.record import Record
from quivive.calls.traceback.sources import Provider

_LINE = re.compile(
    r"(?:\d+|(?:t|tg|tgrp|trk|trunk|trunkgroup|siptrunk|peer|gw|gateway|sbc|ix|route|line|port|e1|t1|isup|pri)"
    r"[-_ /.]*\w*\d\w*)",
    re.IGNORECASE,
)


def with_lines(provider: Provider, peers: Peers, names: Collection[str]) -> Provider:
    """The provider's records with lines where lines belong; `names` are the providers taking part."""
    known = {name.casefold() for name in names}

    def stands_for_a_line(text: str | None) -> bool:
        if not text or text.casefold() in known or peers.knows(text):
            return False
        return is_own(text) or peers.of(provider.name, text) is not None or is_line(text)

    def sorted_out(record: Record) -> Record:
        up, down = stands_for_a_line(record.upstream), stands_for_a_line(record.downstream)
        if not up and not down:
            return record
        return replace(
            record,
            trunk=record.trunk or (record.upstream if up else None),
            upstream=None if up else record.upstream,
            egress=record.egress or (record.downstream if down else None),
            downstream=None if down else record.downstream,
        )

    return replace(provider, records=tuple(map(sorted_out, provider.records)))


def is_line(text: str) -> bool:
    """Whether it is called as lines are, not as providers."""
    try:
        ipaddress.ip_address(text.partition(":")[0] if text.count(":") == 1 else text)
    except ValueError:
        return bool(_LINE.fullmatch(text.strip()))
    return True
