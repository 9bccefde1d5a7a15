"""Which sentences say what a capture holds?"""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "capture/summary": (
        "The capture runs from {start} to {end} UTC. Calls in it: {calls}; SIP messages: {messages}; "
        "streams of sound or video: {voices}; packets: {packets}."
    ),
    "capture/nothing": (
        "No SIP message and no stream of sound that Quivive knows is in the capture ({packets} packets)."
    ),
    "capture/call": (
        "Call {number}: {caller} called {callee} at {time} UTC. The call was answered and lasted {duration}."
    ),
    "capture/call-open": (
        "Call {number}: {caller} called {callee} at {time} UTC. The call was answered; its end is not in "
        "the capture."
    ),
    "capture/call-refused": (
        "Call {number}: {caller} called {callee} at {time} UTC. The call was not answered: {status} {reason}."
    ),
    "capture/call-pending": (
        "Call {number}: {caller} called {callee} at {time} UTC. Whether it was answered is not in the "
        "capture."
    ),
    "capture/other-messages": "SIP messages that belong to no call: {methods}.",
    "capture/audio-caller": (
        "Call {number}: {duration} of what the caller said, in {codec}, sent from {src} to {dst}."
    ),
    "capture/audio-callee": (
        "Call {number}: {duration} of what the called person said, in {codec}, sent from {src} to {dst}."
    ),
    "capture/audio": (
        "{duration} of sound in {codec}, sent from {src} to {dst}. No signalling in the capture says whose "
        "call it is."
    ),
    "capture/gaps": (
        "{lost} of {sent} packets of sound from {src} to {dst} are missing from the capture: the recording "
        "is silent in their place."
    ),
    "capture/pauses-shortened": (
        "The recording from {src} to {dst} has pauses that were longer: they are shortened."
    ),
    "capture/codec-guessed": (
        "No signalling names the codec of the sound from {src} to {dst}; the form of its packets is that of"
        " {codec}."
    ),
    "capture/codec-unreadable": (
        "The stream from {src} to {dst} is in {codec}, which Quivive does not decode: what was said or "
        "shown there was not examined."
    ),
    "capture/encrypted": "The sound from {src} to {dst} is encrypted: without the keys it cannot be heard.",
    "capture/audio-damaged": (
        "In the sound from {src} to {dst} there are packets that do not read as {codec} ({count}): the "
        "recording is silent in their place."
    ),
    "capture/audio-cut": (
        "The recording from {src} to {dst} was cut off after {duration}: it reached the limit on size."
    ),
    "capture/keys": (
        "Keys were pressed on the telephone during the call: {count}, sent from {src} to {dst}. Which ones "
        "is not shown: they may be a PIN or a card number."
    ),
    "capture/other-protocol": "The capture also holds {protocol}, which Quivive does not read.",
    "capture/damaged": "The capture is damaged: what lies behind the damage was not read.",
    "capture/cut-short": "The capture breaks off in the middle of a packet: its end is missing.",
    "capture/damaged-blocks": "Damaged blocks in the capture that were passed over: {count}.",
    "capture/damaged-packets": "Damaged packets in the capture that were passed over: {count}.",
    "capture/cut-frames": (
        "Packets that were captured only in part: {count}. What they carried is incomplete."
    ),
    "capture/fragments-missing": (
        "Packets that were sent in pieces of which some are missing: {count}. They could not be put together."
    ),
    "capture/tcp-gap": "Gaps in connections (TCP): {count}. Messages sent there are incomplete or lost.",
    "capture/sip-cut": "Incomplete SIP messages: {count}.",
    "capture/sip-unreadable": "Messages that begin like SIP and do not read: {count}.",
    "capture/link-unreadable": (
        "Frames from a kind of network that Quivive does not read (link type {link}): {count}."
    ),
    "capture/too-many": (
        "The capture holds more packets, messages, calls or recordings than Quivive reads of one file "
        "(limit: {limit}): the rest was not examined. Cut the capture into parts."
    ),
}
"""Finding codes and their English sentences."""
