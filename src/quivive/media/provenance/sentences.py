"""Which sentences say what signed provenance proves, and what it does not?"""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "c2pa/trusted": (
        "The file carries signed provenance (C2PA) and is as it was when it was signed. {signer} signed it; "
        "the {list} of {date} knows this signer (certificate from {issuer}). What is stated about the file "
        "is this signer's word."
    ),
    "c2pa/unknown-signer": (
        "The file carries signed provenance (C2PA) and is as it was when it was signed, but nobody knows "
        "the signer: it calls itself {signer} (certificate from {issuer}) and is on no trust list here. "
        "Anybody can make such a certificate in any name."
    ),
    "c2pa/content-changed": (
        "The file carries signed provenance (C2PA) that does not fit it: {codes}. Something was changed "
        "after the signature, or the provenance was taken from another file. Nothing that it states counts "
        "for this file. It names {signer} as the signer."
    ),
    "c2pa/credential-problem": (
        "The file carries signed provenance (C2PA), but it is not in order: {codes}. It names {signer} as "
        "the signer; whether that is so is not assured."
    ),
    "c2pa/none": (
        "The file carries no signed provenance (C2PA). That says nothing about it either way: most files "
        "carry none, and messengers and screenshots remove it."
    ),
    "c2pa/remote-not-fetched": (
        "The file carries no signed provenance (C2PA) itself but names a place where it is said to be: "
        "{url}. Nothing was fetched from there; whoever asks there shows that the file is being examined."
    ),
    "c2pa/claims-ai": (
        "Signed provenance in the file says that AI made or changed “{of}”: {signer} states “{term}” "
        "({step}; {agent})."
    ),
    "c2pa/claim-unknown-signer": (
        "Nobody vouches for {signer}, who states that AI was used. The statement counts all the same: who "
        "passes an AI picture off as a photograph gains nothing by it. It can still be false, for anyone "
        "can sign it to make a photograph doubted."
    ),
    "c2pa/claim-of-source": (
        "The statement is about “{of}” ({relationship}), not about the file itself: that the file was made "
        "from it is the word of {user} alone."
    ),
    "c2pa/changed-content": (
        "What does not fit is the content: the bytes of the file are not those that were signed."
    ),
    "c2pa/changed-record": (
        "What does not fit is the record: a statement in it, or its signature, is not the one that was "
        "signed."
    ),
    "c2pa/changed-history": (
        "What does not fit is the record of something that went into the file. It was altered after "
        "{signer} signed: whoever did that wanted another history to be seen, or damaged it."
    ),
    "c2pa/problem-expired": (
        "The certificate was not valid when it was used, or nobody who is known vouches that it was: no "
        "accepted time stamp shows that the signature was made while it ran. The content is as it was "
        "signed."
    ),
    "c2pa/problem-revoked": (
        "The certificate was revoked: its issuer withdrew it, often because somebody else had the key."
    ),
    "c2pa/problem-certificate": (
        "The certificate is not one with which provenance may be signed (its purpose, its form or its "
        "algorithm)."
    ),
    "c2pa/problem-layout": (
        "The signed part of the content still matches, but the signature leaves out more of the file than "
        "its own place, as some older programs did. That part can have been changed by anybody, so nothing "
        "that is stated counts."
    ),
    "c2pa/problem-form": "The record is not put together as the standard demands.",
    "c2pa/problem-unbound": "The record is tied to no content: it can have been put into any file.",
    "c2pa/problem-unreadable": (
        "The record cannot be read ({said}): it is damaged, or was written by a program of before the "
        "standard. Whether it fits the file could not be checked."
    ),
    "c2pa/states": "{signer} states: made with {generator}; steps: {actions}; kind of source: {origins}.",
    "c2pa/origin-unproven": (
        "That the file comes from where {signer} says (“{origins}”) counts for nothing: anybody can sign "
        "such a statement, and this signer is not known."
    ),
    "c2pa/time-confirmed": (
        "The time-stamp authority {authority}, which is on a trust list, confirms that the signature "
        "existed at {time} UTC."
    ),
    "c2pa/time-unconfirmed": (
        "{authority} says that the signature existed at {time} UTC. No list here vouches for that "
        "authority: the signer may have chosen the time."
    ),
    "c2pa/ingredient-known": (
        "“{title}” is said to have gone into the file ({relationship}). It carries provenance of its own, "
        "signed by {signer}, who is on a trust list; {user} does not vouch for what is stated there."
    ),
    "c2pa/ingredient-unknown": (
        "“{title}” is said to have gone into the file ({relationship}). It carries provenance of its own, "
        "signed by {signer}, whom no trust list knows; {user} does not vouch for what is stated there."
    ),
    "c2pa/ingredient-broken": (
        "“{title}” is said to have gone into the file ({relationship}), and its own provenance did not hold "
        "even when {user} used it: {codes}. What that source showed is not assured."
    ),
    "c2pa/ingredient-bare": (
        "“{title}” is said to have gone into the file ({relationship}), without provenance that could be "
        "checked: what it showed is the word of {user} alone."
    ),
    "c2pa/identity-unchecked": (
        "The provenance also names a person or an organisation behind the file (CAWG identity). Quivive "
        "does not check who that is, because checking can mean asking on the internet."
    ),
    "c2pa/part-not-covered": (
        "The signature leaves out parts of the file beyond its own place: those can have been changed by "
        "anybody."
    ),
}
