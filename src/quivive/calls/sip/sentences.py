"""Which sentences say what a SIP message holds?"""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "sip/call": (
        "This message starts a call from {caller} to {callee}. The caller's number is read from {source}; "
        "it came over {path}."
    ),
    "sip/call-hidden": (
        "This message starts a call to {callee} and hides who is calling. It came over {path}."
    ),
    "sip/call-hidden-asserted": (
        "This message starts a call to {callee}. The caller hides the number from the person called, but "
        "the network names {caller} ({source}). It came over {path}."
    ),
    "sip/call-unnamed": (
        "This message starts a call to {callee} and does not say who is calling. It came over {path}."
    ),
    "sip/text": "This message carries a text from {caller} to {callee}. It came over {path}.",
    "sip/request": "This is a {method} request from {caller} to {callee}; it starts no call.",
    "sip/answer": "This is the answer {status} {reason} to a request from {caller} to {callee}.",
    "sip/shown-differs": (
        "The telephone that rings may show {shown} (From), while the network says that {asserted} is "
        "calling (P-Asserted-Identity). Companies may do so on purpose; so do forgers."
    ),
    "sip/display-name": (
        "The call shows the name “{name}”. Whoever places the call can write any name there; the number's "
        "signature does not cover it."
    ),
    "sip/display-name-number": (
        "The name that the call shows is itself a number, {name}, while the call comes from {caller}: "
        "people who look at the display may take it for the caller's number."
    ),
    "sip/verstat-passed": (
        "A network on the way wrote that it has verified the number ({value}, in {source}). That is its "
        "word: nothing protects it, and whoever sends the call can write it too. It counts only from a "
        "network that you trust and that removes what others wrote."
    ),
    "sip/verstat-failed": (
        "A network on the way wrote that the caller's number failed verification ({value}, in {source})."
    ),
    "sip/verstat-none": (
        "A network on the way wrote that the caller's number was not verified ({value}, in {source})."
    ),
    "sip/verstat-unknown": (
        "A network on the way wrote a result of verification that no standard knows ({value}, in {source})."
    ),
    "sip/verstat-conflict": (
        "The message says at once that the number was verified and that it failed ({values}): one of the "
        "two was written by somebody else."
    ),
    "sip/attestation-asked": (
        "The network asks for the attestation {level} to be signed: that is a wish, no signature."
    ),
    "sip/identity-bypass": (
        "The message says that the number could not be signed because of an outage (P-Identity-Bypass: "
        "{token}). In France the authority hands out such a token for a time; a forger can write one too."
    ),
    "sip/forwarded": "The message says that the call was forwarded by {numbers}. Nothing here proves it.",
    "sip/portability-prefix": (
        "The number {number} carries the routing prefix {prefix} of a French network in front of it; it is "
        "the number {plain}."
    ),
    "sip/trunk-group": (
        "The message names the trunk group {group} ({context}), through which the call entered a network."
    ),
    "sip/call-info": (
        "The message names a page or picture to show with the call: {link}. No signature covers it."
    ),
    "sip/media": "Sound is to be sent to {address}, port {port}, as {formats}.",
    "sip/second-message": (
        "Behind the message the same datagram holds another one ({size} bytes): some devices act on the "
        "first, some on the second."
    ),
    "sip/bytes-behind": (
        "Behind the message the same datagram holds {size} more bytes, which devices are to ignore."
    ),
    "sip/two-readings": (
        "Devices can read this message in different ways, so that one checks what another does not show. "
        "Forgers use that to pass controls ({problems})."
    ),
    "sip/cut-off": "The message is incomplete: what is missing could not be looked at ({problems}).",
    "sip/malformed": (
        "The message breaks the rules of SIP in lines or bytes ({problems}). That points to a faulty or "
        "home-made device, or to an attempt to crash one."
    ),
    "sip/malformed-fields": "Fields of the message are missing or do not read ({problems}).",
    "sip/old-form": "The message is written as before 2002 ({problems}): an old or home-made device.",
    "sip/unknown-parts": "The message asks for something that telephones do not know ({problems}).",
    "sip/malformed-media": "The description of the sound does not read wholly ({problems}).",
}
