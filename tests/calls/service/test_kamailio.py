"""Do we and an unmodified Kamailio accept what the other signs, and does it find its way by our answers?

Runs on the machine's clock, since Kamailio does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from uuid import uuid4

import pytest

from calls.certificates.make import NOW, Made, authority, issue
from calls.service import kamailio
from calls.service.http.serving import Client, Kept, house, served
from calls.service.kamailio import Kamailio, Phone, header, request
from calls.service.redirecting import redirecting
from calls.signed import CALLEE, CALLER, X5U
from quivive.calls import signers
from quivive.calls.certificates import trust
from quivive.calls.records.reading import open_records
from quivive.calls.service.house import Credential, House, Live, Peer
from quivive.calls.service.http.app import app
from quivive.calls.service.metrics import Metrics
from quivive.calls.sign import Token, sign
from quivive.engines import DuckDB

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


# --- our redirect server between Kamailio and the gateway ---

OTHER, THIRD = "12025550188", "12025550199"


@dataclass(frozen=True)
class Office:
    """A Kamailio that asks our redirect server where each call goes; `kept` is the server's journal."""

    proxy: Kamailio
    gateway: Phone
    kept: Kept

    def call(self, callee: str, *fields: str, caller: str = CALLER) -> tuple[str, str]:
        """One call, which the gateway answers and the caller ends.

        Gives the INVITE that the gateway got ('' for none), and the status line that the caller got.
        """
        name = uuid4().hex
        with kamailio.phone() as phone:
            phone.send(request("INVITE", caller, callee, phone.port, *fields, call=name), self.proxy.port)
            invite, port = kamailio.first_of(self.gateway, phone)
            if not invite.startswith("INVITE"):
                return "", invite.split("\r\n")[0]
            self.gateway.send(kamailio.response(invite, "200 OK"), port)
            status = phone.read()[0].split("\r\n")[0]
            for method in ("ACK", "BYE"):
                phone.send(request(method, caller, callee, phone.port, call=name, to="g1"), self.proxy.port)
                said, port = self.gateway.read()
                assert said.startswith(method)
            self.gateway.send(kamailio.response(said, "200 OK"), port)
            assert phone.read()[0].startswith("SIP/2.0 200")
            return invite, status


def blocking_house() -> House:
    """Signs calls that come without Identity; sends on what it cannot look at, blocks what is wrong."""
    sbc = Peer("sbc", (ip_network("127.0.0.0/8"),), attest="A", trunk="sbc-1")
    return replace(
        current_house(), peers=(sbc,),
        actions={"valid": "show", "invalid": "block-analytics", "could-not-look": "route-on"},
    )  # fmt: skip


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    kept = Kept()
    with kamailio.phone() as gateway, redirecting(blocking_house, kept) as port:
        keys = provider().key_pem, provider().pem
        with kamailio.running(folder, *keys, X5U, gateway.port, port) as proxy:
            yield Office(proxy, gateway, kept)


@pytest.fixture(scope="module")
def sbc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as made:
        yield made


def test_a_call_that_kamailio_signed_passes_our_redirect_server(sbc: Office) -> None:
    invite, status = sbc.call(CALLEE, "X-Do: both")
    assert status == "SIP/2.0 200 OK"
    assert "verstat=TN-Validation-Passed" in header(invite, "P-Asserted-Identity"), invite
    assert (sbc.kept.calls[-1].verdict, sbc.kept.calls[-1].attest) == ("valid", "B")


def test_kamailio_puts_the_identity_of_our_302_into_the_call_and_accepts_it(sbc: Office) -> None:
    invite, status = sbc.call(CALLEE)
    assert status == "SIP/2.0 200 OK"
    assert checked(sbc.proxy, header(invite, "Identity")) == "SIP/2.0 200 Accepted"
    assert sbc.kept.calls[-1].action == "signed"


def test_a_call_that_cannot_be_verified_goes_on_unchanged(sbc: Office) -> None:
    stranger = sign(
        Token(CALLER, [CALLEE], attest="A"), provider().key, "https://cert.example.org/unknown.pem"
    )  # fmt: skip
    invite, status = sbc.call(CALLEE, f"Identity: {stranger}")
    assert status == "SIP/2.0 200 OK"
    assert header(invite, "P-Asserted-Identity") == ""
    assert (sbc.kept.calls[-1].verdict, sbc.kept.calls[-1].action) == ("could-not-look", "route-on")


def test_a_call_with_a_token_of_another_call_is_blocked(sbc: Office) -> None:
    stolen = sign(Token(OTHER, [CALLEE], attest="A"), provider().key, X5U)
    invite, status = sbc.call(CALLEE, f"Identity: {stolen}")
    assert (invite, status) == ("", "SIP/2.0 603 Network Blocked")
    assert (sbc.kept.calls[-1].verdict, sbc.kept.calls[-1].sip_code) == ("invalid", 603)


def test_when_the_redirect_server_is_gone_calls_go_on(tmp_path: Path) -> None:
    with kamailio.phone() as gateway, kamailio.phone() as silent:
        keys = provider().key_pem, provider().pem
        with kamailio.running(tmp_path, *keys, X5U, gateway.port, silent.port) as proxy:
            _, status = Office(proxy, gateway, Kept()).call(CALLEE)
    assert status == "SIP/2.0 200 OK"


def test_kamailios_accounting_of_redirected_calls_is_read_as_calls(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.call(CALLEE, "X-Do: both")
        made.call(OTHER)
        stolen = sign(Token(THIRD, [OTHER], attest="A"), provider().key, X5U)
        made.call(OTHER, f"Identity: {stolen}")
    files = [tmp_path / name for name in ("acc", "missed_calls", "log")]
    for paths in ([files[0]], files[:2], [files[2]]):
        with open_records(paths) as records:
            found = DuckDB().query(records.sql, records.relations).to_pylist()
            assert records.bad == 0, records.refused
        calls = sorted(
            (each["calling"], each["called"], each["sip_code"], each["answered"]) for each in found
        )
        assert calls == [
            (int(CALLER), int(CALLEE), 200, True),
            (int(CALLER), int(OTHER), 200, True),
            (int(CALLER), int(OTHER), 603, False),
        ], paths
        assert all(abs(each["start"] / 1e6 - time.time()) < 60 for each in found)
