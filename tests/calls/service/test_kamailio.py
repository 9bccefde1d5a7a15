"""Do we and an unmodified Kamailio accept what the other signs, and does it find its way by our answers?

Runs on the machine's clock, since Kamailio does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from calls.certificates.make import NOW, Made, authority, issue
from calls.service import kamailio
from calls.service.http.serving import Client, house, served
from calls.service.kamailio import Kamailio, Phone, header, request
from calls.signed import CALLEE, CALLER, X5U
from quivive.calls import signers
from quivive.calls.certificates import trust
from quivive.calls.service.house import Credential, House, Live
from quivive.calls.service.http.app import app
from quivive.calls.service.metrics import Metrics

pytestmark = pytest.mark.skipif(not kamailio.is_installed(), reason=kamailio.MISSING)


@cache
def root() -> Made:
    return authority(days=_around_now())


@cache
def provider() -> Made:
    return issue(root(), spc="709J", days=_around_now())


def _around_now() -> tuple[float, float]:
    """A day before and ten after the machine's time, in days from the noon of the tests."""
    days = (time.time() - NOW.timestamp()) / 86_400
    return days - 1, days + 10


def current_house() -> House:
    chains = signers.Certificates({X5U: provider().pem}, trust.read(root().pem))
    key = Credential(provider().key, X5U, provider().pem)  # type: ignore[arg-type]
    return house(signers=chains, credentials={"": key})


@pytest.fixture(scope="module")
def service() -> Iterator[Client]:
    from calls.service.http.serving import Kept

    with served(app(Live(current_house), Kept(), Metrics())) as client:
        yield client


@pytest.fixture(scope="module")
def gateway() -> Iterator[Phone]:
    with kamailio.phone() as made:
        yield made


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, gateway: Phone) -> Iterator[Kamailio]:
    folder: Path = tmp_path_factory.mktemp("kamailio")
    with kamailio.running(folder, provider().key_pem, provider().pem, X5U, gateway.port) as made:
        yield made


def test_we_accept_what_kamailio_signs(service: Client, proxy: Kamailio, gateway: Phone) -> None:
    with kamailio.phone() as caller:
        caller.send(request("INVITE", CALLER, CALLEE, caller.port, "X-Do: sign"), proxy.port)
        invite, port = gateway.read()
        gateway.send(kamailio.response(invite, "486 Busy Here"), port)
        assert caller.read()[0].startswith("SIP/2.0 486")
    value = header(invite, "Identity")
    asked = {"from": {"tn": CALLER}, "to": {"tn": CALLEE}, "time": int(time.time())}
    found = service.verify(**asked, identityHeader=value).json["verificationResponse"]
    assert found["verstatValue"] == "TN-Validation-Passed", found
    assert found["verifyResults"][0]["verifyResult"]["validClaims"]["attest"] == "A"
    other = service.verify(**(asked | {"from": {"tn": "12025550188"}}), identityHeader=value).json
    assert other["verificationResponse"]["verstatValue"] == "TN-Validation-Failed"


def checked(proxy: Kamailio, value: str) -> str:
    """Kamailio's answer to a call with that Identity."""
    with kamailio.phone() as caller:
        said = request("INVITE", CALLER, CALLEE, caller.port, "X-Do: check", f"Identity: {value}")
        caller.send(said, proxy.port)
        return caller.read()[0].split("\r\n")[0]


def test_kamailio_accepts_what_we_sign(service: Client, proxy: Kamailio) -> None:
    for attest in "ABC":
        asked = {"attest": attest, "orig": {"tn": CALLER}, "dest": {"tn": [CALLEE]}, "iat": int(time.time())}
        value = service.sign(**asked).json["signingResponse"]["identityHeader"]
        assert checked(proxy, value) == "SIP/2.0 200 Accepted", proxy.log()


def test_kamailio_refuses_what_was_changed_after_we_signed_it(service: Client, proxy: Kamailio) -> None:
    asked = {"attest": "A", "orig": {"tn": CALLER}, "dest": {"tn": [CALLEE]}, "iat": int(time.time())}
    token, _, rest = service.sign(**asked).json["signingResponse"]["identityHeader"].partition(";")
    changed = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
    assert checked(proxy, f"{changed};{rest}").startswith("SIP/2.0 438")
    stale = service.sign(**(asked | {"iat": int(time.time()) - 3600})).json["signingResponse"]
    assert checked(proxy, stale["identityHeader"]).startswith("SIP/2.0 438")
