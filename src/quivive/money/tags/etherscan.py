"""What do Etherscan's labels say in the words of the taxonomy?

Form: {"0x…": {"name": "Huobi 1", "labels": ["huobi", "exchange"]}}, as brianleect/etherscan-labels collects
it. Labels that name no concept (a token, a game, a person's name for a contract) leave the tag without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

_NAMED: Mapping[str, str] = MappingProxyType({
    "exchange": "exchange binance bitfinex bitstamp bittrex coinbase coinone coss-io crypto-com ftx gate-io "
    "gemini hitbtc huobi korbit kraken kucoin latoken okx paribu poloniex upbit bithumb ascendex bitmart "
    "bitmex coinhako deribit digifinex hoo-com hotbit liquid bitcoin-suisse quadrigacx remitano zb-com "
    "binance-deposit",
    "defi_dex": "dex 0x-protocol-ecosystem uniswap sushiswap curve-fi 1inch",
    "defi_bridge": "bridge multichain wormhole hop-protocol across-protocol synapse optics celer-network "
    "connext",
    "defi_lending": "aave compound cream-finance reservelending loans liquity",
    "mixing_service": "tornado-cash typhoon-cash ethereum-mixer",
    "defi": "defi balancer bancor yearn-finance maker lido yield-farming",
    "defi_derivative": "derivatives", "miner": "mining", "gambling": "gambling",
    "market": "marketplace opensea",
    "ico_wallet": "ico-wallets", "cold_wallet": "cold-wallet", "hot_wallet": "hot-wallet",
    "payment_processor": "payments", "donation": "charity donate",
})  # fmt: skip
_CONCEPTS: Mapping[str, str] = MappingProxyType(
    {word: concept for concept, words in _NAMED.items() for word in words.split()}
)
_ABUSES: Mapping[str, str] = MappingProxyType({
    "ofac-sanctions-lists": "sanction", "phish-hack": "phishing", "heist": "service_hack",
    "exploit": "service_hack", "flagged-by-sec": "financial_crime", "blocked": "frozen", "scam": "scam",
})  # fmt: skip


def etherscan_rows(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows with GraphSense's field names."""
    for address, entry in value.items():
        words = [str(each) for each in entry.get("labels") or () if isinstance(each, str)]
        concepts = list(dict.fromkeys(_CONCEPTS[word] for word in words if word in _CONCEPTS))
        yield {
            "address": address, "network": "eth", "label": entry.get("name") or ", ".join(words),
            "category": concepts[0] if concepts else None, "concepts": concepts[1:],
            "abuse": next((_ABUSES[word] for word in words if word in _ABUSES), None),
            "confidence": "web_crawl", "source": "etherscan.io labels: " + ", ".join(words),
        }  # fmt: skip
