"""Which columns do the tables of a ledger have?

Ids are dense and 64 bits wide: `tx` counts transactions in chain order, `address` addresses in the order in
which they first appear; -1 is none or not known. An output is named by its transaction and its position.
Amounts are whole numbers of the smallest unit; those of account chains have 38 digits and are null where a
token claims more.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

_HASH: Final = pa.binary()
_BLOCKS: Final = pa.schema(
    [
        ("height", pa.int64()),
        ("hash", _HASH),
        ("time", pa.int64()),
        ("first_tx", pa.int64()),
        ("first_address", pa.int64()),
        ("transactions", pa.int32()),
    ]
)
_ADDRESSES: Final = pa.schema([("address", pa.int64()), ("text", pa.string()), ("type", pa.string())])
AMOUNT: Final = pa.decimal128(38, 0)

UTXO: Final = {
    "blocks": _BLOCKS,
    "transactions": pa.schema(
        [("tx", pa.int64()), ("txid", _HASH), ("height", pa.int64()), ("coinbase", pa.bool_())]
    ),
    "inputs": pa.schema(
        [
            ("tx", pa.int64()),
            ("position", pa.int32()),
            ("prev_tx", pa.int64()),
            ("prev_position", pa.int32()),
            ("address", pa.int64()),
            ("value", pa.int64()),
        ]
    ),
    "outputs": pa.schema(
        [("tx", pa.int64()), ("position", pa.int32()), ("address", pa.int64()), ("value", pa.int64())]
    ),
    "addresses": _ADDRESSES,
}
ACCOUNT: Final = {
    "blocks": _BLOCKS,
    "transactions": pa.schema(
        [
            ("tx", pa.int64()),
            ("txid", _HASH),
            ("height", pa.int64()),
            ("sender", pa.int64()),
            ("receiver", pa.int64()),
            ("succeeded", pa.bool_()),
        ]
    ),
    "transfers": pa.schema(
        [
            ("transfer", pa.int64()),
            ("tx", pa.int64()),
            ("kind", pa.string()),
            ("asset", pa.int64()),
            ("sender", pa.int64()),
            ("receiver", pa.int64()),
            ("value", AMOUNT),
            ("position", pa.int32()),
        ]
    ),
    "addresses": _ADDRESSES,
}
FAMILIES: Final = {"utxo": UTXO, "account": ACCOUNT}
SMALL: Final = frozenset({"blocks", "addresses", "transactions"})
