"""Which settings hold, and where does each come from? Flag > environment > quivive.toml > default."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quivive.errors import BadConfig
from quivive.evidence import calibration_from
from quivive.model import Calibration, CallTrust, ExternalModel, House, Limits

FILE = "quivive.toml"
_CHECK = {"language": str, "country": str, "jobs": int, "embeddings": bool}
_LIMITS = {"depth": int, "items": int, "observables": int, "bytes": int, "item_bytes": int, "text": int,
           "seconds": float}  # fmt: skip
_MODEL = {"name": str, "for": str, "url": str, "sha256": str, "licence": str, "input": str, "rate": int,
          "seconds": float, "output": int, "machine": int, "person": int, "date": str,
          "card": str}  # fmt: skip
_MODEL_MUST = ("name", "for", "url", "sha256", "licence", "input", "rate", "seconds")
_MODEL_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda v: 0 < len(v) <= 64 and v.isprintable(), "at most 64 printable characters"),
    "for": (lambda v: v == "synthetic-voice", "'synthetic-voice'; models for other questions are not read"),
    "url": (lambda v: v.startswith(("https://", "http://", "file:///")), "an https, http or file address"),
    "sha256": (lambda v: re.fullmatch("[0-9a-f]{64}", v) is not None, "64 hexadecimal digits, small letters"),
    "licence": (lambda v: bool(v.strip()), "the name of its licence"),
    "input": (lambda v: v == "float32[1, n]", "'float32[1, n]': n samples of one voice"),
    "rate": (lambda v: 4_000 <= v <= 48_000, "4000 to 48000 samples a second"),
    "seconds": (lambda v: 0.5 <= v <= 60, "0.5 to 60"),
    "output": (lambda v: 0 <= v < 64, "the number of one of its outputs, from 0"),
    "machine": (lambda v: 0 <= v < 4096, "a column of that output, from 0"),
    "person": (lambda v: 0 <= v < 4096, "a column of that output, from 0"),
}
_LISTS = ("own_domains", "own_numbers", "good_senders")


@dataclass(frozen=True)
class CallFiles:
    """`[calls]`: the files behind `model.CallTrust`, read when a call is judged."""

    certificates: Mapping[str, Path] = field(default_factory=dict)
    """x5u address → chain, PEM or DER."""
    roots: Path | None = None
    crls: tuple[Path, ...] = ()
    trunks: Mapping[str, str] = field(default_factory=dict)
    countries: Path | None = None
    """A folder of country packs, in place of those that ship or beside them."""
    refusals: Path | None = None
    """Other SIP codes and verstat values than ours (calls/refusals.yaml)."""
    serve: Mapping[str, Any] = field(default_factory=dict)
    """`[calls.serve]` as it stands; `calls.service.settings` reads it where calls are served."""
    base: Path = field(default_factory=Path)
    """The folder that its file names are relative to."""


@dataclass(frozen=True)
class MoneyFiles:
    """`[money]`: the folders and files behind `model.MoneyTrust`."""

    ledgers: tuple[Path, ...] = ()
    """Ledgers that `quivive money ingest` made."""
    tags: tuple[Path, ...] = ()
    """Lists of tagged addresses, as `quivive money tags add` reads them."""


@dataclass(frozen=True)
class Settings:
    """The settings of a workbench; `origins` says for each where it came from."""

    language: str = "en"
    country: str | None = None
    jobs: int = 2
    embeddings: bool = True
    limits: Limits = Limits()
    house: House = House()
    lists: tuple[Path, ...] = ()
    """Files of known-bad values (`[house] lists`)."""
    calibrations: Path | None = None
    """A desk's own calibrations, written by `quivive evaluate --recalibrate`."""
    calls: CallFiles = CallFiles()
    money: MoneyFiles = MoneyFiles()
    models: tuple[ExternalModel, ...] = ()
    home: Path = field(default_factory=Path)
    origins: Mapping[str, str] = field(default_factory=dict)


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `path` (else $QUIVIVE_CONFIG, else ./quivive.toml, else the home's) and environment.

    Raises BadConfig naming file and key.
    """
    home = _home(environ)
    file = _file(path, environ, home)
    values = _read(file) if file else {}
    label = str(file) if file else ""
    _refuse_unknown(values, label)
    origins: dict[str, str] = {}
    check = _typed(values.get("check", {}), _CHECK, "check", label, origins)
    for key, kind in _CHECK.items():
        variable = f"QUIVIVE_{key.upper()}"
        if variable in environ:
            check[key] = _parse(environ[variable], kind, variable)
            origins[key] = f"environment ({variable})"
    limits = Limits(**_typed(values.get("limits", {}), _LIMITS, "limits", label, origins))
    house = values.get("house", {})
    base = file.parent if file else Path()
    own = house.get("calibrations")
    return Settings(
        **check,
        limits=limits,
        house=_house(house, label),
        lists=tuple(base / name for name in _strings(house, "lists", label)),
        calibrations=base / str(own) if own else None,
        calls=_calls(values.get("calls", {}), base, label),
        money=_money(values.get("money", {}), base, label),
        models=_models(values.get("models", []), label),
        home=home,
        origins=origins,
    )


def calibrations(settings: Settings) -> dict[str, Calibration]:
    """The desk's own calibrations, as `quivive evaluate --recalibrate` wrote them. Raises BadConfig."""
    file = settings.calibrations
    if file is None:
        return {}
    try:
        values = json.loads(file.read_text("utf-8"))
        return {key: calibration_from(value) for key, value in values.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadConfig(f"{file} does not read as calibrations: {error}.") from error


def call_trust(files: CallFiles) -> CallTrust:
    """What calls are judged by, read from the files of `[calls]`. Raises BadConfig naming the file."""
    return CallTrust(
        certificates={url: _bytes(path) for url, path in files.certificates.items()},
        roots=(_bytes(files.roots),) if files.roots else None,
        crls=tuple(_bytes(path) for path in files.crls),
        trunks=files.trunks,
        packs=_texts(files.countries) if files.countries else {},
        refusals=_bytes(files.refusals).decode("utf-8", "replace") if files.refusals else "",
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadConfig(f"{path}, named in [calls], cannot be read: {error.strerror}.") from error


def _texts(folder: Path) -> dict[str, str]:
    try:
        found = [path for path in sorted(folder.iterdir()) if path.suffix in (".yaml", ".txt")]
        return {path.name: path.read_text("utf-8") for path in found}
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{folder}, named in [calls], cannot be read: {error}.") from error


def _money(money: Mapping[str, Any], base: Path, label: str) -> MoneyFiles:
    ledgers, tags = (
        tuple(base / name for name in _strings(money, key, label, "money")) for key in ("ledgers", "tags")
    )
    return MoneyFiles(ledgers, tags)


def _calls(calls: Mapping[str, Any], base: Path, label: str) -> CallFiles:
    def path(key: str) -> Path | None:
        value = calls.get(key)
        if value is not None and not isinstance(value, str):
            raise BadConfig(f"{label}: [calls] {key} must be the name of a file.")
        return base / value if value else None

    serve = calls.get("serve", {})
    if not isinstance(serve, dict):
        raise BadConfig(f"{label}: [calls.serve] must be a table.")
    return CallFiles(
        {url: base / name for url, name in _table(calls, "certificates", label, "calls").items()},
        path("roots"),
        tuple(base / name for name in _strings(calls, "crls", label, "calls")),
        _table(calls, "trunks", label, "calls"),
        path("countries"),
        path("refusals"),
        serve,
        base,
    )


def _models(tables: Any, label: str) -> tuple[ExternalModel, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadConfig(f"{label}: models are written as [[models]], one table each.")
    found = tuple(_model(table, f"{label}: [[models]] number {n}") for n, table in enumerate(tables, 1))
    if len({model.name for model in found}) < len(found):
        raise BadConfig(f"{label}: two [[models]] have the same name.")
    return found


def _model(table: Mapping[str, Any], label: str) -> ExternalModel:
    values = _typed(table, _MODEL, "models", label, {})
    missing = [key for key in _MODEL_MUST if key not in values]
    if missing:
        raise BadConfig(f"{label} says nothing of {', '.join(missing)} (docs/guides/models.md).")
    for key, (holds, means) in _MODEL_RULES.items():
        if key in values and not holds(values[key]):
            raise BadConfig(f"{label}: {key} must be {means}, not {values[key]!r}.")
    if values.get("machine") == values.get("person"):  # neither, or both the same
        raise BadConfig(
            f"{label} must say which logit speaks for a 'machine', which for a 'person', or both."
        )
    del values["input"]
    return ExternalModel(purpose=values.pop("for"), **values)


def _home(environ: Mapping[str, str]) -> Path:
    if "QUIVIVE_HOME" in environ:
        return Path(environ["QUIVIVE_HOME"])
    data = environ.get("XDG_DATA_HOME")
    return Path(data) / "quivive" if data else Path.home() / ".local" / "share" / "quivive"


def _file(path: Path | None, environ: Mapping[str, str], home: Path) -> Path | None:
    named = path or (Path(environ["QUIVIVE_CONFIG"]) if "QUIVIVE_CONFIG" in environ else None)
    if named:
        if not named.is_file():
            raise BadConfig(f"There is no configuration file {named}.")
        return named
    return next((p for p in (Path(FILE), home / FILE) if p.is_file()), None)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig(f"{file} does not read as TOML: {error}.") from error


def _refuse_unknown(values: Mapping[str, Any], label: str) -> None:
    known = {
        "check": set(_CHECK),
        "limits": set(_LIMITS),
        "house": {*_LISTS, "lists", "calibrations", "dkim_keys", "bad_values"},
        "calls": {"certificates", "roots", "crls", "trunks", "countries", "refusals", "serve"},
        "money": {"ledgers", "tags"},
        "models": set(_MODEL),
    }
    for table, content in values.items():
        if table not in known:
            raise BadConfig(f"{label}: unknown table [{table}]; known are {', '.join(sorted(known))}.")
        for key in _keys(content):
            if key not in known[table]:
                raise BadConfig(f"{label}: unknown key '{key}' in [{table}]; known are "
                                f"{', '.join(sorted(known[table]))}.")  # fmt: skip


def _keys(content: Any) -> Iterator[str]:
    """The keys of a table, or of every table of a list."""
    for table in content if isinstance(content, list) else [content]:
        yield from table if isinstance(table, dict) else ()


def _typed(
    table: Mapping[str, Any], kinds: Mapping[str, type], name: str, label: str, origins: dict[str, str]
) -> dict[str, Any]:
    result = {}
    for key, value in table.items():
        kind = kinds[key]
        if not isinstance(value, kind) and not (kind is float and isinstance(value, int)):
            raise BadConfig(f"{label}: [{name}] {key} must be {kind.__name__}, not {value!r}.")
        result[key] = kind(value)
        origins[key] = label
    return result


def _parse(text: str, kind: type, variable: str) -> Any:
    try:
        return text.lower() in ("1", "true", "yes", "on") if kind is bool else kind(text)
    except ValueError as error:
        raise BadConfig(f"${variable} must be {kind.__name__}, not {text!r}.") from error


def _house(house: Mapping[str, Any], label: str) -> House:
    domains, numbers, senders = (frozenset(v.lower() for v in _strings(house, k, label)) for k in _LISTS)
    bad = {value.lower(): where for value, where in _table(house, "bad_values", label).items()}
    return House(domains, numbers, senders, bad, _table(house, "dkim_keys", label))


def _strings(table: Mapping[str, Any], key: str, label: str, name: str = "house") -> list[str]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise BadConfig(f"{label}: [{name}] {key} must be a list of strings.")
    return values


def _table(table: Mapping[str, Any], key: str, label: str, name: str = "house") -> dict[str, str]:
    values = table.get(key, {})
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise BadConfig(f"{label}: [{name}.{key}] must be a table of strings.")
    return values
