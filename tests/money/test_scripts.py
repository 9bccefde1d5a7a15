from __future__ import annotations

import time

import pytest

from quivive import wallets
from quivive.money.addresses import MWEB, base58check, cash_address, segwit_address
from quivive.money.chains import CHAINS
from quivive.money.scripts import OWNERLESS, Payee, hash160, script_reader

# The public key of the secret 1; its addresses as BIP 173, BIP 341 and everybody's documentation have them.
KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
WHOLE_KEY = (
    "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
)
OTHER_KEY = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"
HASH = "751e76e8199196d454941c45d1b3a323f1433bd6"
# From the specification of CashAddr.
CASH_HASH = "76a04053bda0a88bda5177b86a15c3b29f559873"
TWO_OF_TWO = "5221" + KEY + "21" + OTHER_KEY + "52ae"


def payee(script: str, chain: str = "btc") -> Payee:
    return script_reader(CHAINS[chain])(bytes.fromhex(script))


@pytest.mark.parametrize(
    ("script", "kind", "address"),
    [
        ("76a914" + HASH + "88ac", "pubkeyhash", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"),
        ("21" + KEY + "ac", "pubkey", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"),
        ("41" + WHOLE_KEY + "ac", "pubkey", "1EHNa6Q4Jz2uvNExL497mE43ikXhwF6kZm"),
        (
            "a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487",
            "scripthash",
            "3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN",
        ),
        ("0014" + HASH, "witness_v0_keyhash", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        (
            "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
            "witness_v0_scripthash",
            "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
        ),
        (
            "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            "witness_v1_taproot",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ),
        ("51024e73", "anchor", "bc1pfeessrawgf"),
        ("6002751e", "witness_unknown", "bc1sw50qgdz25j"),
        ("5210751e76e8199196d454941c45d1b3a323", "witness_unknown", "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs"),
        ("6a0568656c6c6f", "nulldata", None),
        ("6a", "nulldata", None),
    ],
)
def test_scripts_pay_the_addresses_that_the_standards_publish(
    script: str, kind: str, address: str | None
) -> None:
    assert payee(script) == (kind, address)


@pytest.mark.parametrize(
    ("chain", "script", "address"),
    [
        ("btc-testnet", "0014" + HASH, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"),
        ("btc-testnet", "76a914" + HASH + "88ac", "mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r"),
        ("bch", "76a914" + CASH_HASH + "88ac", "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
        ("bch", "a914" + CASH_HASH + "87", "ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"),
    ],
)  # fmt: skip
def test_each_chain_has_its_own_spelling(chain: str, script: str, address: str) -> None:
    assert payee(script, chain)[1] == address


@pytest.mark.parametrize(
    "script",
    ["76a914" + HASH + "88ac", "a914" + HASH + "87", "0014" + HASH, "0020" + HASH[:24] * 2 + "00" * 8],
)
def test_what_litecoin_and_bitcoin_write_passes_their_checksums(script: str) -> None:
    for key, name in (("btc", "bitcoin"), ("ltc", "litecoin")):
        assert wallets.chain(str(payee(script, key)[1])) == name


def test_bare_multisig_is_a_payee_of_its_own() -> None:
    kind, address = payee(TWO_OF_TWO)
    assert (kind, address) == ("multisig", "multisig:" + hash160(bytes.fromhex(TWO_OF_TWO)).hex())
    members = {payee("21" + key + "ac")[1] for key in (KEY, OTHER_KEY)}
    assert address not in members
    # Another threshold of the same keys is another lock.
    assert payee("51" + TWO_OF_TWO[2:])[1] != address


@pytest.mark.parametrize(
    "script",
    [
        "53" + TWO_OF_TWO[2:],
        TWO_OF_TWO[:-4] + "53ae",
        "5221" + KEY + "20" + OTHER_KEY[:-2] + "52ae",
        "5252ae",
        TWO_OF_TWO[:60] + "52ae",
    ],
)
def test_what_only_resembles_multisig_is_nonstandard(script: str) -> None:
    assert payee(script)[0] == "nonstandard"


def test_a_nonstandard_script_that_asks_for_a_signature_is_a_payee() -> None:
    script = "76a914" + HASH + "88ad51"
    assert payee(script) == ("nonstandard", "nonstandard:" + hash160(bytes.fromhex(script)).hex())


@pytest.mark.parametrize(
    "script",
    [
        "",
        "51",
        "aa20" + "11" * 32 + "87",
        # The byte of OP_CHECKSIG, but as data that are pushed.
        "01ac",
        "4c02acac51",
        "4d0300acacac",
        "4e04000000acacacac",
        # Cut off within a push: nobody can ever spend it.
        "ac4c09",
        "ac4d",
        "0013" + "11" * 19,
    ],
)
def test_a_script_that_asks_for_no_signature_pays_nobody(script: str) -> None:
    assert payee(script) == ("nonstandard", None)


def test_a_script_too_large_to_be_spent_pays_nobody() -> None:
    assert payee("ac" * 10_001) == ("nonstandard", None)
    assert payee("ac" * 10_000)[1] is not None


def test_the_extension_block_of_litecoin_is_one_payee() -> None:
    for version, kind in (("58", "witness_mweb_hogaddr"), ("59", "witness_mweb_pegin")):
        assert payee(version + "20" + "11" * 32, "ltc") == (kind, MWEB)
        assert payee(version + "20" + "11" * 32, "btc")[0] == "witness_unknown"
        assert kind in OWNERLESS


def test_bitcoin_cash_knows_no_witness() -> None:
    assert payee("0014" + HASH, "bch") == ("nonstandard", None)


def test_bitcoin_cash_pays_scripts_by_a_longer_hash_too() -> None:
    kind, address = payee("aa20" + "11" * 32 + "87", "bch")
    assert (kind, address) == ("scripthash", cash_address("bitcoincash", 1, b"\x11" * 32))
    assert len(str(address)) == 61


@pytest.mark.parametrize(
    "tokens",
    [
        "ef" + "bb" * 32 + "1001",
        "ef" + "bb" * 32 + "20",
        "ef" + "bb" * 32 + "6102cccc",
        "ef" + "bb" * 32 + "7202ccccfdfd00",
        "ef" + "bb" * 32 + "10ff" + "11" * 8,
    ],
)
def test_the_lock_behind_tokens_is_the_payee(tokens: str) -> None:
    lock = "76a914" + HASH + "88ac"
    assert payee(tokens + lock, "bch") == payee(lock, "bch")


@pytest.mark.parametrize(
    "tokens", ["ef", "ef" + "bb" * 32, "ef" + "bb" * 32 + "90", "ef" + "bb" * 32 + "6105cc"]
)
def test_damaged_tokens_pay_nobody(tokens: str) -> None:
    assert payee(tokens, "bch") == ("nonstandard", None)


def test_hostile_scripts_take_no_time() -> None:
    began = time.perf_counter()
    for script in ("4effffffff" * 1000, "4e00000000" * 2000, "ef" * 5000, ("ef" + "bb" * 32 + "20") * 290):
        payee(script, "bch")
        payee(script)
    assert time.perf_counter() - began < 1


def test_encoders_agree_with_a_plain_reading_of_the_standards() -> None:
    import base58

    for step in range(300):
        payload = bytes((step * place * 7 + step) % 256 for place in range(2 + step % 39))
        zeros = bytes(step % 4) + payload
        assert base58check(zeros) == base58.b58encode_check(zeros).decode()
        assert segwit_address("bc", step % 17, payload) == _plain_segwit("bc", step % 17, payload)


def _plain_segwit(hrp: str, version: int, program: bytes) -> str:
    """BIP 173 and 350 bit by bit."""
    bits = "".join(f"{byte:08b}" for byte in program)
    bits += "0" * (-len(bits) % 5)
    values = [version, *(int(bits[at : at + 5], 2) for at in range(0, len(bits), 5))]
    check = 1
    for value in [*(ord(c) >> 5 for c in hrp), 0, *(ord(c) & 31 for c in hrp), *values, *[0] * 6]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term if top >> bit & 1 else 0
    check ^= 0x2BC830A3 if version else 1
    values += [check >> 5 * place & 31 for place in range(5, -1, -1)]
    return hrp + "1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[value] for value in values)
