"""Do the names of a certificate follow ATIS-1000080 §6.4.1 and the SHAKEN certificate policy §3.1?"""

from __future__ import annotations

import re
from string import ascii_letters, digits

from quivive.calls.lint import tn_auth_list
from quivive.calls.lint.checks import Checks
from quivive.calls.lint.fields import (
    COMMON_NAME,
    COUNTRY,
    ORGANISATION,
    SERIAL_NUMBER,
    TN_AUTH_LIST,
    Fields,
)

POLICY_1_3, POLICY_1_4 = "2.16.840.1.114569.1.1.3", "2.16.840.1.114569.1.1.4"
"""The US SHAKEN certificate policy, versions 1.3 and 1.4 (its §1.2)."""
_WORD = frozenset(ascii_letters + digits + "_")


def country_and_common_name(fields: Fields) -> str | None:
    """The DN has one C and one CN."""
    for oid, name in ((COUNTRY, "Country (C=)"), (COMMON_NAME, "Common Name (CN=)")):
        if len(fields.subject_values(oid)) != 1:
            return f"The subject has {len(fields.subject_values(oid))} {name} attributes instead of one."
    return None


def says_shaken(fields: Fields) -> str | None:
    """The CN has the word SHAKEN."""
    if _has_word(fields.common_name, "SHAKEN"):
        return None
    return f"The common name {fields.common_name!r} does not contain 'SHAKEN'."


def says_shaken_and_spc(fields: Fields) -> str | None:
    """The CN has 'SHAKEN', one space and the SPC of the TNAuthList; what signed itself is not asked."""
    if fields.self_signed:
        return None
    spc, problem = tn_auth_list.spc(fields)
    if problem:
        return f"The service provider code cannot be told: {problem}"
    if _has_word(fields.common_name, f"SHAKEN {spc}"):
        return None
    return f"The common name {fields.common_name!r} does not contain 'SHAKEN {spc}'."


def _has_word(text: str, word: str) -> bool:
    """Whether `word` stands in the text and not as part of a longer one; linear in the text."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if text[at - 1 : at] not in _WORD and text[end : end + 1] not in _WORD:
            return True
        at = text.find(word, at + 1)
    return False


def says_root(fields: Fields) -> str | None:
    """The CN of a root has 'ROOT', in any case."""
    if not fields.is_root or "ROOT" in fields.common_name.upper():
        return None
    return f"The common name {fields.common_name!r} of the root does not contain 'ROOT'."


def one_organisation(fields: Fields) -> str | None:
    """The DN has one O."""
    count = len(fields.subject_values(ORGANISATION))
    return None if count == 1 else f"The subject has {count} Organization (O=) attributes instead of one."


def country_code(fields: Fields) -> str | None:
    """C is two capital letters; whether ISO 3166-1 has given them out is not looked up."""
    found = fields.subject_values(COUNTRY)
    if len(found) == 1 and re.fullmatch(r"[A-Z]{2}", found[0], re.ASCII):
        return None
    return f"The country {', '.join(found) or '(none)'} is not one ISO 3166-1 alpha-2 code."


def united_states(fields: Fields) -> str | None:
    """Under policy 1.4, C is US."""
    if POLICY_1_4 not in fields.policies or fields.subject_values(COUNTRY) == ["US"]:
        return None
    return f"The country is {', '.join(fields.subject_values(COUNTRY)) or '(none)'} instead of 'US'."


def serial_number_attribute(fields: Fields) -> str | None:
    """Under policy 1.3, the DN of an end entity has a serialNumber beside the CN."""
    if POLICY_1_3 not in fields.policies or not fields.extension(TN_AUTH_LIST):
        return None
    found = fields.subject_values(SERIAL_NUMBER)
    return None if found and found[-1] else "The subject has no serialNumber attribute."


CHECKS: Checks = {
    "e_us_cp_subject_sn_shall": serial_number_attribute,
    "e_atis_subject_cn_spc": says_shaken_and_spc,
    "e_atis_subject_cn": says_shaken,
    "e_atis_subject_cn_ca": says_shaken,
    "e_atis_subject_cn_root": says_root,
    "e_atis_subject_dn": country_and_common_name,
    "e_atis_subject_dn_ca": country_and_common_name,
    "e_atis_subject_o_required": one_organisation,
    "e_atis_subject_o_required_ca": one_organisation,
    "e_atis_subject_c_iso": country_code,
    "e_atis_subject_c_iso_ca": country_code,
    "e_atis_subject_c_us": united_states,
    "e_atis_subject_c_us_ca": united_states,
}
