"""How fast is a call verified? Beside OpenSSL's bare signature check, libsecsipid, PyJWT and joserfc.

    python benchmarks/calls_verify.py [--tokens 20000] [--rounds 7] [--seconds 3]

Tokens are shaken, all different, of callers and callees drawn anew, from 100 providers whose certificates
stand below one root with a revocation list; the certificates are warm, the tokens never seen before. Each
round times, one after another on one core, `openssl speed ecdsap256`, Quivive and the others; ratios are
taken within a round and their median is given, since the machine may be shared. Seconds are of processor
time, as those of `openssl speed`, but of the clock where two processes run at once. What is timed differs:
OpenSSL checks signatures alone; PyJWT and joserfc read JSON too; libsecsipid also dates and parameters;
Quivive all of RFC 8224 §6.2 with the certificate's scope. Writes benchmarks/results/calls_verify.json.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from quivive import __version__
from quivive.calls import sign
from quivive.calls.certificates import trust
from quivive.calls.signers import Certificates
from quivive.calls.verify import Call, Policy, verify

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from calls.certificates import make  # noqa: E402
from calls.differential import secsipid  # noqa: E402

PROVIDERS = 100
CHUNK = 500
TARGETS = {"over_openssl": 0.75, "two_processes": 1.5}


@dataclass(frozen=True)
class Sample:
    """One signed call: the header value, the call that it belongs to, and whose key it is."""

    value: bytes
    call: Call
    provider: int


Counter = Callable[[Sequence[Sample]], int]
"""Verifies tokens, says how many are valid."""


@dataclass(frozen=True)
class World:
    """Providers, who trusts them, and the moment at which all tokens are signed and judged."""

    providers: Sequence[make.Made]
    signers: Certificates
    now: int


def world() -> World:
    """Certificates for now: libsecsipid goes by the machine's clock."""
    now = int(time.time())
    shift = (now - make.AT) / 86400
    days = (shift - 30, shift + 365)
    root = make.authority(days=days)
    providers = [make.issue(root, spc=f"7{number:03}", days=days) for number in range(PROVIDERS)]
    lists = [make.crl(root, days=(shift - 1, shift + 30))]
    chains = {address(number): provider.pem for number, provider in enumerate(providers)}
    return World(providers, Certificates(chains, trust.read(root.pem, lists)), now)


def address(provider: int) -> str:
    """Where a provider's certificate would lie."""
    return f"https://certificates.example.org/{provider}/sti.pem"


def samples(found: World, count: int, seed: int) -> list[Sample]:
    """Distinct tokens."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        provider, caller, callee = rng.randrange(PROVIDERS), number(rng), number(rng)
        token = sign.Token(caller, [callee], attest=rng.choice("ABC"), iat=found.now)
        key: Any = found.providers[provider].key
        value = sign.sign(token, key, address(provider)).encode()
        made.append(Sample(value, Call(caller, (callee,)), provider))
    return made


def number(rng: random.Random) -> str:
    """One of 88,000 numbers for fiction."""
    return f"1{rng.randrange(201, 990)}55501{rng.randrange(100):02}"


def openssl(seconds: int) -> float:
    """Verifications a second on P-256 by the command line's own benchmark."""
    done = subprocess.run(
        ["openssl", "speed", "-seconds", str(seconds), "ecdsap256"],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(re.findall(r"nistp256\).*?([\d.]+)\s*$", done.stdout, re.MULTILINE)[-1])


def rate(count: Counter, tokens: Sequence[Sample]) -> float:
    """Tokens a second of processor time, which is what `openssl speed` counts; each must be found valid.

    The median over chunks of some 30 ms: a neighbour on a shared machine slows some of them to half.
    """
    rates = []
    for begin in range(0, len(tokens), CHUNK):
        some = tokens[begin : begin + CHUNK]
        started = time.process_time()
        good = count(some)
        took = time.process_time() - started
        if good != len(some):
            raise SystemExit(f"{len(some) - good} of {len(some)} tokens were not found valid")
        rates.append(len(some) / took)
    return statistics.median(rates)


def quivive(found: World) -> Counter:
    """The full verification."""
    policy, signers, now = Policy(), found.signers, found.now

    def count(tokens: Sequence[Sample]) -> int:
        return sum(verify(each.value, each.call, signers, now, policy).verdict == "valid" for each in tokens)

    return count


def peers(found: World) -> dict[str, Counter]:
    """The others (pip install pyjwt joserfc), each with the signer's key in the form that it asks for."""
    import jwt
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from joserfc import jws
    from joserfc.jwk import ECKey

    publics = [provider.x509.public_key() for provider in found.providers]
    pems = [key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in publics]
    jwks = [ECKey.import_key(pem) for pem in pems]
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    unjudged = {"verify_iat": False}

    def by_joserfc(tokens: Sequence[Sample]) -> int:
        good = 0
        for each in tokens:
            token = each.value.partition(b";")[0]
            read = jws.deserialize_compact(token, jwks[each.provider], registry=registry)
            good += "orig" in json.loads(read.payload or b"")
        return good

    def by_pyjwt(tokens: Sequence[Sample]) -> int:
        good = 0
        for each in tokens:
            token, key = each.value.partition(b";")[0], publics[each.provider]
            good += "orig" in jwt.decode(token, key, ["ES256"], unjudged)  # type: ignore[arg-type]
        return good

    def by_secsipid(tokens: Sequence[Sample]) -> int:
        return sum(secsipid.check(each.value, pems[each.provider], 3600) for each in tokens)

    known: dict[str, Counter] = {"PyJWT": by_pyjwt, "joserfc": by_joserfc}
    return known | ({"libsecsipid": by_secsipid} if secsipid.is_installed() else {})


def measure(found: World, tokens: Sequence[Sample], rounds: int, seconds: int) -> list[dict[str, float]]:
    """Rates a second by name, for each round."""
    mine, others = quivive(found), peers(found)
    few = tokens[: max(1, len(tokens) // 4)]
    rate(mine, few)  # the certificates are met for the first time here
    measured = []
    for _ in range(rounds):
        before = openssl(seconds)
        here = rate(mine, tokens)
        rates = {"openssl speed": (before + openssl(seconds)) / 2, "Quivive": here}
        measured.append(rates | {name: rate(count, few) for name, count in others.items()})
        print({name: round(value) for name, value in measured[-1].items()}, flush=True)
    return measured


def worker(count: int, seed: int, start: Any, done: Any) -> None:
    """A process of its own: makes its certificates and tokens, waits for the others, verifies."""
    found = world()
    tokens = samples(found, count, seed)
    mine = quivive(found)
    rate(mine, tokens)
    start.wait()
    started = time.time()
    rate(mine, tokens)
    done.put((started, time.time()))


def together(processes: int, count: int) -> float:
    """Tokens a second of several processes at once, from the first start to the last end."""
    context = multiprocessing.get_context("spawn")
    start, done = context.Barrier(processes), context.Queue()
    children = [context.Process(target=worker, args=(count, seed, start, done)) for seed in range(processes)]
    for child in children:
        child.start()
    times: list[tuple[float, float]] = [done.get() for _ in children]
    for child in children:
        child.join()
    return processes * count / (max(end for _, end in times) - min(begin for begin, _ in times))


def scaling(count: int, rounds: int) -> float:
    """How much two processes do of what one does: median over rounds, one and two by turns."""
    return statistics.median(together(2, count) / together(1, count) for _ in range(rounds))


def summary(measured: Sequence[dict[str, float]], scale: float, tokens: int) -> dict[str, Any]:
    """What is written down."""
    names = list(measured[0])

    def over(a: str, b: str) -> float:
        return round(statistics.median(each[a] / each[b] for each in measured), 3)

    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{multiprocessing.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}",
        "versions": versions(),
        "tokens": tokens,
        "rounds": len(measured),
        "per_second": {name: round(statistics.median(each[name] for each in measured)) for name in names},
        "over_openssl": {name: over(name, "openssl speed") for name in names if name != "openssl speed"},
        "over_openssl_of_rounds": [round(each["Quivive"] / each["openssl speed"], 3) for each in measured],
        "two_processes_over_one": round(scale, 2),
        "targets": TARGETS,
    }


def versions() -> dict[str, str]:
    """Of everything that was timed."""
    from cryptography.hazmat.backends.openssl import backend

    said = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout
    package = ""
    if shutil.which("dpkg-query"):
        query = ["dpkg-query", "-W", "-f", "${Version}", "libsecsipid1"]
        package = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return {
        "Quivive": __version__,
        "cryptography": f"{version('cryptography')} ({backend.openssl_version_text()})",
        "openssl speed": said.strip(),
        "libsecsipid": package or "not installed",
        "PyJWT": version("PyJWT"),
        "joserfc": version("joserfc"),
    }


def main() -> None:
    """Measure, print, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3, help="of each `openssl speed`")
    given = parser.parse_args()
    found = world()
    tokens = samples(found, given.tokens, seed=1)
    measured = measure(found, tokens, given.rounds, given.seconds)
    result = summary(measured, scaling(given.tokens, max(3, given.rounds // 2)), given.tokens)
    print(json.dumps(result, indent=2))
    (ROOT / "benchmarks" / "results" / "calls_verify.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
