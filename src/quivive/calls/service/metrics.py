"""What has the service done so far, and how fast? Counted for Prometheus, with a registry of its own.

No label ever holds a number, an address or a Call-ID: there is a bounded number of series.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from quivive.calls.service.house import House
from quivive.calls.service.judged import Judged

Service = Literal["sip", "signing", "verification", "records"]
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """Counters of one running service; safe to use from several threads."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._calls = Counter(
            "quivive_calls", "Calls answered.", ("service", "action", "verdict"), registry=registry
        )
        self._seconds = Histogram(
            "quivive_answer_seconds", "Seconds from request to answer.", ("service",),
            buckets=_SECONDS, registry=registry)  # fmt: skip
        self._repeats = _count("repeats", "Repeated requests that got the same answer again.", registry)
        self._malformed = _count("malformed", "Requests that do not read.", registry)
        self._refused = _count("refused", "Requests refused because there were too many.", registry)
        self._strangers = _count("strangers", "Requests of clients that are no peers, refused.", registry)
        self._in_flight = Gauge(
            "quivive_in_flight", "Requests being answered.", ("service",), registry=registry
        )
        self._loaded = Gauge(
            "quivive_house_loaded_seconds", "When keys, trust and rules were read (Unix).", registry=registry
        )
        self._failed = Gauge(
            "quivive_reload_failed", "1 if the last reload failed and the old house is in force.",
            registry=registry)  # fmt: skip
        self._dates = Gauge(
            "quivive_trust_date_seconds", "Date of each trust list (Unix).", ("list",), registry=registry
        )
        self._records = Counter(
            "quivive_records", "Call records posted.", ("outcome",), registry=registry
        )  # fmt: skip
        self._slices = Counter("quivive_slices", "Slices of records closed.", registry=registry)
        self._campaigns = Gauge(
            "quivive_campaigns", "Campaigns found in the last window.", ("kind",), registry=registry
        )
        self._search = Gauge(
            "quivive_search_seconds", "How long the last search for campaigns took.", registry=registry
        )
        self._searches_failed = Counter(
            "quivive_searches_failed", "Searches for campaigns that failed.", registry=registry
        )

    def answered(self, call: Judged, seconds: float) -> None:
        """One call was answered, `seconds` after its request came."""
        self._calls.labels(call.service, call.action, call.verdict or "none").inc()
        self._seconds.labels(call.service).observe(seconds)

    def repeat(self, service: Service) -> None:
        """A request came again and got its old answer."""
        self._repeats.labels(service).inc()

    def malformed(self, service: Service) -> None:
        """A request did not read."""
        self._malformed.labels(service).inc()

    def refused(self, service: Service) -> None:
        """A request was refused for overload."""
        self._refused.labels(service).inc()

    def stranger(self, service: Service) -> None:
        """A request of a client that is no peer was refused."""
        self._strangers.labels(service).inc()

    @contextmanager
    def in_flight(self, service: Service) -> Iterator[None]:
        """Counts a request while it is being answered."""
        with self._in_flight.labels(service).track_inprogress():
            yield

    def house(self, house: House) -> None:
        """A house came into force."""
        self._loaded.set(house.loaded)
        self._failed.set(0)
        for name, date in house.dates.items():
            seconds = _seconds(date)
            if seconds is not None:
                self._dates.labels(name).set(seconds)

    def reload_failed(self) -> None:
        """A reload failed; the old house stays."""
        self._failed.set(1)

    def records(self, outcome: Literal["accepted", "refused", "repeated"], number: int) -> None:
        """So many call records were posted, with that outcome."""
        self._records.labels(outcome).inc(number)

    def slice_closed(self) -> None:
        """A slice of records was turned to Parquet."""
        self._slices.inc()

    def searched(self, kinds: Sequence[str], seconds: float) -> None:
        """The last window was searched; `kinds` has one entry per campaign found."""
        self._search.set(seconds)
        self._campaigns.clear()
        for kind in set(kinds):
            self._campaigns.labels(kind).set(kinds.count(kind))

    def search_failed(self) -> None:
        """The window could not be searched."""
        self._searches_failed.inc()

    def text(self) -> bytes:
        """All of it in the text format of Prometheus."""
        return generate_latest(self.registry)


def _count(name: str, means: str, registry: CollectorRegistry) -> Counter:
    return Counter(f"quivive_{name}", means, ("service",), registry=registry)


def _seconds(date: str) -> float | None:
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
