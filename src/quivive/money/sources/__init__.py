"""Where do a ledger's blocks come from: which reader reads what the user named?"""

from __future__ import annotations

import re
from pathlib import Path

from quivive.errors import NotFound
from quivive.money.blocks import Source
from quivive.money.chains import find_chain

_TABLES = (".json", ".jsonl", ".ndjson", ".csv")
_BITCOIN_ETL = re.compile(rb'"(?:coinbase_param|merkle_root|is_coinbase|stripped_size)"')


def open_source(spec: str, chain: str | None = None) -> Source:
    """The source that `spec` names: a node's URL, a `blk*.dat` or a folder of them, a raw block, an etl file.

    `chain` is a key of `money.chains.CHAINS`; without it the node or the file says which chain it is. Raises
    UsageError where `chain` is unknown or is not what the source holds, NotFound where there is no such file,
    Unreadable where it is none of these. Only the URL given is ever connected to.
    """
    if chain is not None:
        find_chain(chain)
    if re.match(r"(?i)https?://", spec):
        return _open_node(spec, chain)
    path = Path(spec).expanduser()
    if not path.exists():
        raise NotFound(
            f"There is no file or folder {spec}, and it is no http:// or https:// address of a node."
        )
    table = _first_table(path)
    return _open_blocks(path, chain) if table is None else _open_table(path, table, chain)


def _open_node(url: str, chain: str | None) -> Source:
    from quivive.money.sources import core_rpc

    if chain is None:
        account = not core_rpc.is_core_node(url)
    else:
        account = find_chain(chain).family == "account"
    if not account:
        return core_rpc.open_core_rpc(url, chain)
    from quivive.money.sources.evm_rpc import open_evm_rpc

    return open_evm_rpc(url, chain)


def _open_blocks(path: Path, chain: str | None) -> Source:
    from quivive.money.sources.block_files import open_block_files

    return open_block_files(path, chain)


def _open_table(path: Path, table: Path, chain: str | None) -> Source:
    if chain is None:
        account = not _is_bitcoin_etl(table)
    else:
        account = find_chain(chain).family == "account"
    if account:
        from quivive.money.sources.ethereum_etl import open_ethereum_etl

        return open_ethereum_etl(path, chain)
    from quivive.money.sources.bitcoin_etl import open_bitcoin_etl

    return open_bitcoin_etl(path, chain)


def _first_table(path: Path) -> Path | None:
    """The etl file itself, or the first one in the folder; None where blocks are meant."""
    if path.is_file():
        return path if path.suffix.lower() in _TABLES else None
    if any(path.glob("blk*.dat")):
        return None
    return next((each for each in sorted(path.iterdir()) if each.suffix.lower() in _TABLES), None)


def _is_bitcoin_etl(table: Path) -> bool:
    """Whether the file's first row has a field that only bitcoin-etl writes."""
    with table.open("rb") as file:
        return _BITCOIN_ETL.search(file.read(65_536)) is not None
