"""What kind of thing does a tag's concept name: a service, a mixer, an abuse?

The concepts and what each belongs to are those of `concepts.yaml` of graphsense-tagpack-tool 25.8, which
derives them from the taxonomy of INTERPOL's Darknet and Cryptocurrencies working group. Some lists use words
that are not in it ('black_list', 'bridge'): they stand in `_OTHERS` with our reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

_TAXONOMY = {
    "service": "exchange wallet_service filesharing index market messaging_service mixing_service vpn defi "
    "atm mining_service gambling search_engine shop faucet payment_processor hosting nameservice",
    "wallet_service": "escrow_wallet ico_wallet",
    "defi": "defi_lending defi_dex defi_derivative defi_derivatives defi_bridge defi_token defi_dao "
    "defi_staking defi_custody",
    "defi_dex": "defi_dex_pair",
    "user": "victim perpetrator donation miner",
    "mixing": "coinjoin",
    "gray_usage": "mixing",
    "white_usage": "cold_wallet hot_wallet warm_wallet",
    "abuse": "sexual_abuse violence scam financial_crime extortion phishing hacking sanction extremism "
    "human_trafficking drugs weapons counterfeit",
    "sexual_abuse": "child_sexual_abuse",
    "violence": "torture murder",
    "financial_crime": "investment_fraud money_laundering payment_card_fraud",
    "investment_fraud": "ponzi_scheme",
    "ponzi_scheme": "pyramid_scheme",
    "extortion": "sextortion ransomware",
    "hacking": "service_hack account_hack exploit data_breach social_engineering malware",
    "extremism": "terrorism terrorism_financing",
    "entity": "organization user service",
    "item": "collectible",
    "source": "mention dark_web",
    "mention": "website_mention",
    "website_mention": "forum_mention",
    "behaviour": "abuse gray_usage white_usage",
    "concept": "unknown behaviour source entity item",
}
_OTHERS = {"bridge": "defi_bridge", "mixer": "mixing_service", "sanctions": "sanction",
           "black_list": "frozen", "hack": "hacking", "fraud": "scam"}  # fmt: skip

BROADER: Mapping[str, str] = MappingProxyType(
    {child: parent for parent, children in _TAXONOMY.items() for child in children.split()} | _OTHERS
)
"""Concept → the next broader one."""
CONCEPTS = frozenset({*_TAXONOMY, *(child for children in _TAXONOMY.values() for child in children.split())})
"""The words of the taxonomy itself."""


def line(concept: str) -> tuple[str, ...]:
    """The concept and all that are broader: 'pyramid_scheme', 'ponzi_scheme', …, 'abuse', 'behaviour'."""
    found = [concept]
    while (broader := BROADER.get(found[-1])) and broader not in found:
        found.append(broader)
    return tuple(found)


def _below(*tops: str) -> frozenset[str]:
    return frozenset({*tops, *(concept for concept in BROADER if set(tops) & set(line(concept)))})


SERVICES = _below("service")
"""Where many people's money mixes: what comes out is no longer what went in. A trace stops there."""
EXCHANGES = _below("exchange")
"""Keep customers' money and know who they are: they can freeze and answer."""
MIXERS = _below("mixing_service", "mixing")
BRIDGES = _below("defi_bridge")
SANCTIONED = _below("sanction")
FROZEN = _below("frozen")
"""Blacklisted by the issuer of a token: what lies there cannot be moved."""
ABUSES = _below("abuse")
SCAMS = _below("scam", "phishing", "financial_crime", "extortion", "social_engineering")
"""Abuses whose victims are those who were made to pay."""


def any_in(concepts: Iterable[str], group: frozenset[str]) -> bool:
    """Whether one of the concepts belongs to the group."""
    return not group.isdisjoint(concepts)


_ROUGH = frozenset(["abuse", "scam", "service", "user", "organization", "entity"])
"""Words so wide that they contradict nothing: who is phished is scammed, who runs a market is a user."""


def agree(one: Iterable[str], two: Iterable[str]) -> bool:
    """Whether what two tags name can both be so: the same, a broader word for it, or something rough."""
    pairs = [(a, b) for a in one for b in two]
    return any(a in line(b) or b in line(a) or a in _ROUGH or b in _ROUGH for a, b in pairs)
