"""Does a graph of ComfyUI stand in plain letters in a file, where no reader of its container looks?

In boxes and chunks of a saver's own ('uuid' boxes of AVIF), in SVG's <metadata>, and in containers that are
too damaged for a library. Only runs of text are looked at that hold the names of a graph's parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from quivive.media.marks.carried import MOST_CHARACTERS, Text

MOST_RUNS = 4
_NAMES = (b'"class_type"', b'\\"class_type\\"', b'"last_node_id"', b'"widgets_values"', b'"nodes"')
_BINARY = [bytes([octet]) for octet in range(32) if octet not in b"\t\n\r"]
"""Octets that no text has."""


def read(data: bytes) -> Iterator[Text]:
    """Runs of text around the first names, from their first brace or quote on."""
    seen: set[int] = set()
    for name in _NAMES:
        at = data.find(name)
        if at < 0 or len(seen) >= MOST_RUNS:
            continue
        begin, end = _run(data, at)
        openings = [data.find(mark, begin, at) for mark in (b"{", b'"{')]
        opening = min((place for place in openings if place >= 0), default=-1)
        if opening >= 0 and opening not in seen:
            seen.add(opening)
            yield Text("file", "plain text", data[opening:end].decode("utf-8", "replace"))


def _run(data: bytes, at: int) -> tuple[int, int]:
    """Where the text around a place begins and ends."""
    lowest, highest = max(at - MOST_CHARACTERS, 0), min(at + MOST_CHARACTERS, len(data))
    begin = max(lowest - 1, *(data.rfind(octet, lowest, at) for octet in _BINARY)) + 1
    ends = [end for octet in _BINARY if (end := data.find(octet, at, highest)) >= 0]
    return begin, min(ends, default=highest)
