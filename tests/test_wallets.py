import pytest

from quivive.wallets import canonical, chain

# Public test vectors: from the specifications named and Bitcoin's first block.
KNOWN = {
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "bitcoin",  # the genesis block
    "3P14159f73E4gFr7JterCCQh9QjiTjiZrG": "bitcoin",  # BIP 13 style P2SH
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4": "bitcoin",  # BIP 173
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": "bitcoin",  # BIP 173, upper case
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": "bitcoin",  # BIP 350
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed": "ethereum",  # EIP-55
    "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed": "ethereum",
    "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a": "bitcoin-cash",  # CashAddr specification
    "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a": "bitcoin-cash",
}


@pytest.mark.parametrize(("address", "name"), KNOWN.items())
def test_an_address_is_known_by_its_checksum(address, name):
    assert chain(address) == name


@pytest.mark.parametrize("address", [a for a in KNOWN if not a.startswith("0x5aae")])
def test_one_changed_character_is_no_address(address):
    swap = {"q": "p", "a": "b", "A": "B", "7": "8", "6": "5"}
    for position in range(len(address) - 1, 5, -1):
        if address[position] in swap:
            changed = address[:position] + swap[address[position]] + address[position + 1 :]
            assert chain(changed) is None
            return
    raise AssertionError("no character to change")


@pytest.mark.parametrize(
    "text",
    ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7k", "0x" + "0" * 40, "bc1", "x" * 95, "1" * 34, "bc1QW508d6qej"],
)
def test_what_only_looks_like_an_address_is_none(text):
    assert chain(text) is None


def test_one_address_has_one_spelling():
    assert (
        canonical("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
        == "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
    )
    assert canonical("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4").startswith("bc1qw5")
