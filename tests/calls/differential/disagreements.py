"""Where Quivive and libsecsipid 1.2.0 judge a header differently, and which paragraph decides.

Name of the mutation → (Quivive's verdict, secsipid's verdict, paragraph and why). Everything else must agree.
"""

from __future__ import annotations

DISAGREEMENTS: dict[str, tuple[str, str, str]] = {
    # encoding: secsipid takes blanks out of the header and reads base64url with or without padding
    "stray bits after the signature": (
        "invalid", "valid", "RFC 4648 §3.5: unused bits are zero; another character is another token"),
    "padding after the signature": (
        "invalid", "valid", "RFC 7515 §2: base64url with all trailing '=' omitted"),
    "padding in the claims": (
        "invalid", "valid", "RFC 7515 §2: base64url with all trailing '=' omitted"),
    "a line break in the signature": (
        "invalid", "valid", "RFC 7515 §2: without line breaks, white space or other additional characters"),
    "a blank in the signature": (
        "invalid", "valid", "RFC 7515 §2: without line breaks, white space or other additional characters"),
    "a blank in the claims": (
        "invalid", "valid", "RFC 7515 §2: without line breaks, white space or other additional characters"),
    # the protected header: secsipid passes over what is missing
    "alg left out": ("invalid", "valid", "RFC 7515 §4.1.1: alg must be present"),
    "typ left out": ("invalid", "valid", "RFC 8225 §4.1: typ must be 'passport'"),
    "ppt left out of the token": (
        "invalid", "valid", "RFC 8225 §8.1: ppt stands in the token; RFC 8224 §9: the parameter repeats it"),
    "ppt parameter left out": (
        "invalid", "valid", "RFC 8224 §9: the parameter repeats the ppt of the token"),
    "ppt unknown": (
        "could-not-look", "invalid", "RFC 8224 §6.2 step 1: a kind that is not supported is passed over"),
    "x5u left out": ("invalid", "valid", "RFC 8225 §4.3: x5u is what info repeats (RFC 8224 §4)"),
    "crit": ("invalid", "valid", "RFC 7515 §4.1.11: what crit names and is not understood makes it invalid"),
    # JSON: secsipid reads names in any case, the last of two, and mends what is no UTF-8
    "header name in capitals": ("invalid", "valid", "RFC 7515 §5.3, RFC 8259 §8.3: exact comparison"),
    "claim name in capitals": ("invalid", "valid", "RFC 7519 §7.3, RFC 8259 §8.3: exact comparison"),
    "header name twice": ("invalid", "valid", "RFC 7515 §4: names are unique; refuse, or take the last"),
    "claim name twice": ("invalid", "valid", "RFC 7519 §4: names are unique; refuse, or take the last"),
    "claims in Latin-1": ("invalid", "valid", "RFC 7519 §7.2 steps 9 and 10: the claims are UTF-8"),
    "claims with half a surrogate pair": (
        "invalid",
        "valid",
        "RFC 8259 §8.2: readers differ on it; RFC 7493 §2.1 forbids it: no character that could be shown",
    ),
    "claims nested 5000 deep": ("invalid", "valid", "RFC 8259 §9: a reader may limit the depth"),
    # the claims: secsipid reads them into its types and looks at the date alone
    "iat with a fraction": ("valid", "invalid", "RFC 7519 §2: a NumericDate may have a fraction"),
    "iat with an exponent": ("valid", "invalid", "RFC 7519 §2: any JSON number (RFC 8259 §6)"),
    "iat a day ahead": ("invalid", "valid", "RFC 8224 §6.2 step 4: freshness; a date ahead extends replay"),
    "attest D": ("invalid", "valid", "RFC 8588 §4: attest is 'A', 'B' or 'C'"),
    "attest in small letters": ("invalid", "valid", "RFC 8588 §4: attest is 'A', 'B' or 'C'"),
    "attest left out": ("invalid", "valid", "RFC 8588 §4: attest is present"),
    "origid left out": ("invalid", "valid", "RFC 8588 §5: origid is present"),
    "origid empty": ("invalid", "valid", "RFC 8588 §5: origid identifies the origin"),
    "orig of another caller": ("invalid", "valid", "RFC 8224 §6.2 step 5: orig is the call's caller"),
    "orig left out": ("invalid", "valid", "RFC 8225 §5.2.1: exactly one orig"),
    "orig empty": ("invalid", "valid", "RFC 8225 §5.2.1: orig names one identity"),
    "orig both number and address": ("invalid", "valid", "RFC 8225 §5.2.1: orig names exactly one identity"),
    "dest of another call": ("invalid", "valid", "RFC 8224 §6.2 step 5: dest is the call's callee"),
    "dest left out": ("invalid", "valid", "RFC 8225 §5.2.1: dest with at least one identity"),
    "dest empty": ("invalid", "valid", "RFC 8225 §5.2.1: dest with at least one identity"),
    "dest an empty list": ("invalid", "valid", "RFC 8225 §5.2.1: dest with at least one identity"),
    # the parameters: secsipid splits at every ';' and '=', and compares names as they are written
    "x5u with a query": ("valid", "invalid", "RFC 8224 §4: absoluteURI in angle brackets, '=' included"),
    "x5u with a semicolon": ("valid", "invalid", "RFC 8224 §4: absoluteURI in angle brackets, ';' included"),
    "parameter names in capitals": ("valid", "invalid", "RFC 3261 §7.3.1: parameter names in any case"),
    "a parameter twice": ("invalid", "valid", "RFC 3261 §7.3.1: a parameter name no more than once"),
    "a semicolon at the end": ("invalid", "valid", "RFC 8224 §4: a parameter after each semicolon"),
    "alg parameter quoted": (
        "valid", "invalid", "RFC 8224 §4 has a token; quoted in practice, and read alike as with ppt"),
    "info quoted": (
        "valid", "invalid", "RFC 8224 §4 has angle brackets: secsipid is strict; the address is the same"),
}  # fmt: skip
