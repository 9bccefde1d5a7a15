"""Which packs of country rules are in force: those that ship, and a desk's own?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from quivive.calls.countries.pack import Pack
from quivive.calls.countries.pack_file import NEVER, numbers, read_pack
from quivive.errors import BadConfig


@cache
def shipped() -> tuple[Pack, ...]:
    """The packs that ship with Quivive, in the order of their countries."""
    return read(files("quivive.calls.countries") / "packs")


def load(folder: Path | None = None) -> tuple[Pack, ...]:
    """The shipped packs, with those of a folder of the user's in place of them or beside them.

    Raises BadConfig naming file and key.
    """
    return beside_shipped(read(folder)) if folder else shipped()


def beside_shipped(own: tuple[Pack, ...]) -> tuple[Pack, ...]:
    """The shipped packs, with the user's in place of them or beside them. Raises BadConfig."""
    replaced = {pack.country for pack in own}
    packs = tuple(pack for pack in shipped() if pack.country not in replaced) + own
    _refuse_twice(packs)
    return packs


def from_texts(texts: Mapping[str, str]) -> tuple[Pack, ...]:
    """The packs among a folder's files, by name and content. Raises BadConfig naming file and key."""
    names = sorted(name for name in texts if name.endswith(".yaml"))
    lists = {name: texts.get(f"{name.removesuffix('.yaml')}{NEVER}", "") for name in names}
    packs = tuple(read_pack(name, texts[name], lists[name]) for name in names)
    alone = [n for n in texts if n.endswith(NEVER) and f"{n.removesuffix(NEVER)}.yaml" not in texts]
    packs += tuple(_with_list(name, texts[name]) for name in sorted(alone))
    _refuse_twice(packs)
    return packs


def _with_list(name: str, text: str) -> Pack:
    """The shipped pack of the country that a list without a pack of its own is named for."""
    country = name.removesuffix(NEVER).upper()
    for pack in shipped():
        if pack.country == country:
            return replace(pack, never_calling=pack.never_calling | numbers(name, text))
    raise BadConfig(f"{name}: no pack {country.lower()}.yaml lies beside it, and none ships.")


def read(folder: Path | Traversable) -> tuple[Pack, ...]:
    """The packs of a folder. Raises BadConfig naming file and key."""
    try:
        texts = {f.name: f.read_text("utf-8") for f in folder.iterdir() if f.name.endswith((".yaml", NEVER))}
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"The country packs in {folder} do not read: {error}.") from error
    return from_texts(texts)


def _refuse_twice(packs: Sequence[Pack]) -> None:
    seen: dict[str, str] = {}
    for pack in packs:
        for name in (pack.country, *(rule.id for rule in pack.rules)):
            if name in seen:
                raise BadConfig(f"Country packs {seen[name]} and {pack.name} both define '{name}'.")
            seen[name] = pack.name
