"""What may a front end call? Everything a CLI, a web page or another program does goes through here."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive import __version__, advice, config, intake
from quivive.errors import BadConfig, CouldNotLook, NotFound, UsageError
from quivive.examine import Missing, Tell, discover, examine
from quivive.intake import Input
from quivive.model import (
    Calibration,
    CallTrust,
    Channel,
    Context,
    Detector,
    Examination,
    ExternalModel,
    House,
    Item,
    MoneyTrust,
    Report,
    Source,
)
from quivive.observables import parse_value

if TYPE_CHECKING:
    from quivive.messages.identities.indicator_lists import IndicatorList


class Workbench:
    """The embedded workbench: settings, detectors, and the calls that examine evidence.

    Nothing is written and nothing leaves the machine unless a call says so.
    """

    def __init__(
        self,
        settings: config.Settings | None = None,
        *,
        home: str | Path | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`settings` as `config.load` gives them; `home` is where feedback is kept; `clock` for tests."""
        settings = settings or config.load()
        self.settings = replace(settings, home=Path(home)) if home else settings
        self._clock = clock or (lambda: datetime.now(UTC))
        self._own: dict[str, Calibration] | None = None
        self._calls: CallTrust | None = None
        self._money: MoneyTrust | None = None
        self._models: tuple[ExternalModel, ...] | None = None
        self._lists: list[IndicatorList] | None = None
        self._own_house = self.settings.house
        self._found: tuple[tuple[Detector, ...], tuple[Missing, ...]] | None = None

    def detectors(self) -> tuple[Detector, ...]:
        """All detectors that are installed, by name."""
        return self._discovered()[0]

    def missing(self) -> tuple[Missing, ...]:
        """Detectors that could not be loaded, each with what to install."""
        return self._discovered()[1]

    def check(
        self,
        data: str | Path | bytes,
        name: str | None = None,
        media_type: str | None = None,
        channel: Channel | None = None,
        detectors: Sequence[str] | None = None,
        online: bool = False,
        language: str | None = None,
        keep: bool = False,
    ) -> Report:
        """Examine a file (path), bytes, or a bare value given as a string where no such path exists.

        `channel` says how it came ('sms', 'email', 'chat', 'call'; None: unknown). `detectors` restricts
        the run to names or prefixes ('messages', 'media.ocr'). `keep` leaves the bytes of everything found
        inside in `report.items` (the sound of a call, an attachment); else they are dropped.
        Raises NotFound, or UsageError for a string that is neither a path nor a value.
        """
        given = self.input(data, name, media_type, channel)
        return self.check_input(given, detectors=detectors, online=online, language=language, keep=keep)

    def input(
        self,
        data: str | Path | bytes,
        name: str | None = None,
        media_type: str | None = None,
        channel: Channel | None = None,
    ) -> Input:
        """What a string, path or bytes mean; raises NotFound with the way out."""
        if isinstance(data, bytes):
            return Input(name or "input", data=data, media_type=media_type, channel=channel)
        path = Path(data)
        if _exists(path):
            if path.is_dir():
                raise UsageError(f"{path} is a folder: check its files with check_many, or `quivive check`.")
            return Input(name or path.name, path=path, media_type=media_type, channel=channel)
        value = parse_value(str(data), self.settings.country) if isinstance(data, str) else None
        if value is None:
            raise NotFound(
                f"'{data}' is no file, and no phone number, link, domain, email address, IBAN or wallet. "
                "A number needs its country code (+44 …); a message goes in with --text."
            )
        return Input(name or value.value, data=str(data).strip().encode(), value=value)

    def check_input(
        self,
        given: Input,
        *,
        detectors: Sequence[str] | None = None,
        online: bool = False,
        language: str | None = None,
        keep: bool = False,
        tell: Tell = lambda detector, name: None,
    ) -> Report:
        """Examine one input; what cannot be read becomes a report that says so.

        `tell` hears of each check before it is made.
        """
        language = language or self.settings.language
        chosen = self._chosen(detectors)
        try:
            root = self._take(given)
        except CouldNotLook as error:
            return self._finish(self._unreadable(given, str(error)), language)
        seeds = [replace(given.value, item=root.name)] if given.value else []
        context = Context(
            now=self._clock(),
            limits=self.settings.limits,
            house=self._house(),
            country=self.settings.country,
            calibrations=self._calibrations(),
            embeddings=self.settings.embeddings,
            online=online,
            calls=self.call_trust(),
            money=self.money_trust(),
            models=self.external_models(),
        )
        report = examine(root, chosen, context, self.missing(), seeds, keep, tell)
        lists = tuple(Source(f"list {one.name}", one.date, one.sha256) for one in self._lists or ())
        return self._finish(replace(report, sources=report.sources + lists), language)

    def check_many(
        self,
        inputs: Iterable[str | Path | bytes | Input],
        jobs: int | None = None,
        *,
        detectors: Sequence[str] | None = None,
        online: bool = False,
        language: str | None = None,
        keep: bool = False,
    ) -> Iterator[Report]:
        """Reports in the order of the inputs, on `jobs` processes; one bad file stops nothing."""
        from quivive import pool

        listed = [given if isinstance(given, Input) else self.input(given) for given in inputs]
        chosen = list(detectors) if detectors else None
        options: dict[str, Any] = {
            "detectors": chosen, "online": online, "language": language, "keep": keep
        }  # fmt: skip
        if jobs is None:
            jobs = self.settings.jobs
        if jobs <= 1 or len(listed) <= 1:
            return (self.check_input(given, **options) for given in listed)
        lost = partial(self._lost, language=language or self.settings.language)
        return pool.run(partial(_checker, self.settings, options), lost, listed, jobs)

    def sentences(self, language: str) -> dict[str, str]:
        """Finding code → sentence in a language: catalogues of `render`, and of detectors with own data."""
        from quivive.render.lang import sentences

        found = dict(sentences(language))
        for detector in self.detectors():
            translate = getattr(detector, "translations", None)
            found |= translate(language) if translate else {}
        return found

    def render(
        self, reports: Sequence[Report], form: str, language: str | None = None, **options: Any
    ) -> str:
        """Reports as 'text', 'html', 'json', 'jsonl', 'sarif' or 'csv' in the reader's language."""
        from quivive.render import render

        language = language or (reports[0].language if reports else self.settings.language)
        return render(reports, form, language, self.sentences(language), **options)

    def explain(self, name: str) -> Detector:
        """The detector of that name. Raises NotFound, naming those that come close."""
        from difflib import get_close_matches

        by_name = {detector.name: detector for detector in self.detectors()}
        if name not in by_name:
            near = get_close_matches(name, by_name, 1)
            hint = f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(by_name)}."
            raise NotFound(f"There is no detector '{name}'.{hint}")
        return by_name[name]

    def _house(self) -> House:
        """The desk's lists, with the files of known-bad values that it names; read once."""
        if self._lists is None:
            from quivive.messages.identities.indicator_lists import listed_key, merge

            self._lists = [_bad_list(path) for path in self.settings.lists]
            house = self.settings.house
            own = {listed_key(value): where for value, where in house.bad_values.items()}
            self._own_house = replace(house, bad_values=merge(self._lists) | own)
        return self._own_house

    def _calibrations(self) -> dict[str, Calibration]:
        """The desk's own calibrations, read once."""
        if self._own is None:
            self._own = config.calibrations(self.settings)
        return self._own

    def call_trust(self) -> CallTrust:
        """What calls are judged by, its files read once."""
        if self._calls is None:
            self._calls = config.call_trust(self.settings.calls)
        return self._calls

    def money_trust(self) -> MoneyTrust:
        """The ledgers and tags of `[money]`, opened once."""
        if self._money is None:
            self._money = _opened(self.settings.money, self.settings.home)
        return self._money

    def external_models(self) -> tuple[ExternalModel, ...]:
        """The models of `[[models]]` with the files that are here, read once."""
        if self._models is None:
            from quivive.voices.external import store

            home, named = self.settings.home, self.settings.models
            self._models = tuple(replace(model, data=store.read(home, model)) for model in named)
        return self._models

    def _discovered(self) -> tuple[tuple[Detector, ...], tuple[Missing, ...]]:
        if self._found is None:
            self._found = discover()
        return self._found

    def _chosen(self, names: Sequence[str] | None) -> tuple[Detector, ...]:
        if names is None:
            return self.detectors()
        for name in names:
            if not any(_is_named(detector, name) for detector in self.detectors()):
                self.explain(name)
        return tuple(d for d in self.detectors() if any(_is_named(d, name) for name in names))

    def _take(self, given: Input) -> Item:
        limits = self.settings.limits
        if given.path is not None:
            data = intake.read_file(given.path, limits)
        elif given.data is not None:
            data = given.data
        else:
            raise UsageError(f"Input '{given.name}' has neither bytes nor a path.")
        media_type = intake.VALUE_TYPE if given.value else given.media_type
        return intake.take(data, given.name, media_type, given.channel, limits)

    def _unreadable(self, given: Input, reason: str) -> Report:
        examination = Examination("intake", __version__, intake.clean_name(given.name), skipped=reason)
        return Report(
            name=intake.clean_name(given.name),
            attention="could-not-look",
            items=(),
            examinations=(examination,),
            findings=(),
            observables=(),
            examined_at=self._clock().isoformat(timespec="seconds"),
        )

    def _lost(self, given: Input, language: str) -> Report:
        """The report of an input whose examination took its process down."""
        reason = "The examination used more memory than it may, or crashed; the other inputs went on."
        return self._finish(self._unreadable(given, reason), language)

    def _finish(self, report: Report, language: str) -> Report:
        """Add what only the workbench knows: advice, language, the tool's version."""
        country = self.settings.country
        return replace(
            report,
            language=language,
            advice=advice.advise(report.attention, report.findings, language, country),
            tool={"name": "quivive", "version": __version__, "python": platform.python_version()},
        )


def _checker(settings: config.Settings, options: dict[str, Any]) -> Callable[[Input], Report]:
    """What a process of the pool does with an input; made there."""
    return partial(Workbench(settings).check_input, **options)


def _opened(files: config.MoneyFiles, home: Path) -> MoneyTrust:
    """A desk's ledgers and tags; what is heavy to import is imported only where there are ledgers."""
    from quivive.money.tags.book import HOUSE, TagBook

    own = files.tags or (home / HOUSE).is_file()
    book = TagBook.at_hand(home, *files.tags) if own else None
    if not files.ledgers:
        return MoneyTrust(tags=book)
    from quivive.money.ledger import Ledger

    return MoneyTrust(tuple(Ledger.open(folder) for folder in files.ledgers), book)


def _bad_list(path: Path) -> IndicatorList:
    """A list of known-bad values; where it holds no date, the file's own stands in. Raises BadConfig."""
    from quivive.messages.identities.indicator_lists import read_list

    try:
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
        return read_list(path.read_bytes(), path.name, changed)
    except OSError as error:
        raise BadConfig(f"The list {path} cannot be read: {error.strerror}.") from error


def _is_named(detector: Detector, name: str) -> bool:
    return detector.name == name or detector.name.startswith(f"{name}.")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
