"""TLS and settings of the SMTP channel: real certificates, a real STARTTLS, a real login against aiosmtpd."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as AioSmtp
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from channels.smtp import SmtpChannel, Timeouts
from demo.ports import free_port
from domain.deliveries import Outcome, Parcel, Phase, Receipt, Trouble
from domain.errors import ConfigError, UserError
from tests.servers.smtp_faults import Fault, SmtpFaults


@dataclass
class Certificates:
    ca_file: str
    good: ssl.SSLContext
    wrong_name: ssl.SSLContext
    unknown: ssl.SSLContext
    cert_file: str


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder: Path = tmp_path_factory.mktemp("certificates")
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    contexts = []
    for issuer, name in ((authority, "127.0.0.1"), (authority, "elsewhere.test"), (stranger, "127.0.0.1")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issuer.issue_cert(name).configure_cert(context)
        contexts.append(context)
    return Certificates(str(folder / "ca.pem"), *contexts, str(folder))


def parcels(count: int) -> Iterator[Parcel]:
    for i in range(count):
        data = f"Message-ID: <{i}@here.test>\r\n\r\nhello\r\n".encode("ascii")
        yield Parcel(i, "us@here.test", f"p{i}@there.test", data)


def send(server: SmtpFaults, count: int = 1, **settings: Any) -> tuple[Trouble | None, dict[int, Outcome]]:
    receipts: dict[int, Receipt] = {}
    settings = {"timeouts": Timeouts(3, 3, 3), "connections": 3} | settings
    channel = SmtpChannel("127.0.0.1", server.port, **settings)
    trouble = channel.deliver(parcels(count), lambda ids: ids, receipts.update)
    return trouble, {i: r.outcome for i, r in receipts.items()}


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_mail_goes_over_verified_tls(certificates: Certificates, tls: str) -> None:
    with SmtpFaults(context=certificates.good, implicit=tls == "implicit", account=("me", "pw")) as server:
        trouble, outcomes = send(
            server, 20, tls=tls, ca_file=certificates.ca_file, username="me", password="pw"
        )
    assert (trouble, outcomes) == (None, dict.fromkeys(range(20), Outcome.SENT))
    assert len(server.stored) == 20


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_long_mail_over_tls_arrives_whole(certificates: Certificates, tls: str) -> None:
    data = b"Message-ID: <1@here.test>\r\n\r\n" + (b"x" * 70 + b"\r\n") * 60_000
    receipts: dict[int, Receipt] = {}
    with SmtpFaults(context=certificates.good, implicit=tls == "implicit") as server:
        channel = SmtpChannel("127.0.0.1", server.port, tls=tls, ca_file=certificates.ca_file)
        channel.deliver([Parcel(1, "a@b.test", "c@d.test", data)], lambda ids: ids, receipts.update)
    assert [m.data == data for m in server.stored] == [True]
    assert receipts[1].outcome is Outcome.SENT


@pytest.mark.parametrize("kind", ["wrong_name", "unknown"])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_bad_certificate_is_trouble_and_no_password_leaves(
    certificates: Certificates, tls: str, kind: str
) -> None:
    context = getattr(certificates, kind)
    with SmtpFaults(context=context, implicit=tls == "implicit", account=("me", "pw")) as server:
        trouble, outcomes = send(
            server, 5, tls=tls, ca_file=certificates.ca_file, username="me", password="pw"
        )
    assert trouble is not None
    assert trouble.permanent
    assert trouble.reason.startswith("the server's certificate is not trusted")
    assert trouble.phase is (Phase.STARTTLS if tls == "starttls" else Phase.CONNECT)
    assert (outcomes, server.logins, server.stored) == ({0: Outcome.RETURNED}, 0, [])


@pytest.mark.parametrize(
    ("fault", "code", "permanent"),
    [
        (Fault.STARTTLS_STRIPPED, None, True),
        (Fault.STARTTLS_INJECTED, None, True),
        (Fault.STARTTLS_454, 454, False),
        (Fault.CLOSE_AT_STARTTLS, None, False),
    ],
)
def test_starttls_fault_is_trouble_and_no_password_leaves(
    certificates: Certificates, fault: Fault, code: int | None, permanent: bool
) -> None:
    with SmtpFaults([fault] * 5, context=certificates.good, account=("me", "pw")) as server:
        trouble, outcomes = send(server, 5, ca_file=certificates.ca_file, username="me", password="pw")
    assert trouble is not None
    assert (trouble.phase, trouble.code, trouble.permanent) == (Phase.STARTTLS, code, permanent)
    assert (outcomes, server.logins, server.stored) == ({0: Outcome.RETURNED}, 0, [])


def test_implicit_tls_to_a_server_without_is_trouble(certificates: Certificates) -> None:
    with SmtpFaults() as server:
        trouble, outcomes = send(server, tls="implicit", ca_file=certificates.ca_file)
    assert trouble is not None
    assert trouble.phase is Phase.CONNECT
    assert outcomes == {0: Outcome.RETURNED}


# A server that is not ours


class Kept:
    def __init__(self) -> None:
        self.messages: list[bytes] = []

    async def handle_DATA(self, server: AioSmtp, session: Session, envelope: Envelope) -> str:
        assert session.authenticated
        assert isinstance(envelope.content, bytes)
        self.messages.append(envelope.content)
        return "250 OK"


def check_login(_: object, __: object, ___: object, mechanism: str, data: object) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"me", b"pw"), handled=False)


@pytest.fixture
def real_server(certificates: Certificates) -> Iterator[tuple[Controller, Kept]]:
    kept = Kept()
    controller = Controller(
        kept,
        hostname="127.0.0.1",
        port=0,
        tls_context=certificates.good,
        require_starttls=True,
        auth_required=True,
        authenticator=check_login,
    )
    controller.ready_timeout = 10
    controller.port = free_port()
    controller.start()
    yield controller, kept
    controller.stop()


def real_channel(controller: Controller, certificates: Certificates, password: str) -> SmtpChannel:
    return SmtpChannel(
        "127.0.0.1", controller.port, username="me", password=password, ca_file=certificates.ca_file
    )


def test_login_and_mail_with_aiosmtpd(
    real_server: tuple[Controller, Kept], certificates: Certificates
) -> None:
    controller, kept = real_server
    receipts: dict[int, Receipt] = {}
    channel = real_channel(controller, certificates, "pw")
    assert channel.deliver(parcels(12), lambda ids: ids, receipts.update) is None
    assert {r.outcome for r in receipts.values()} == {Outcome.SENT}
    assert sorted(kept.messages) == sorted(p.data for p in parcels(12))


def test_check_with_aiosmtpd(real_server: tuple[Controller, Kept], certificates: Certificates) -> None:
    controller, kept = real_server
    line = real_channel(controller, certificates, "pw").check()
    assert line == f"SMTP 127.0.0.1:{controller.port} answers over STARTTLS and takes the login"
    with pytest.raises(UserError) as told:
        real_channel(controller, certificates, "wrong-password").check()
    assert told.value.problems[0].what == "the server refused the login (535 5.7.8)"
    assert "wrong-password" not in str(told.value)
    assert kept.messages == []


# check


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (Fault.CLOSE_BEFORE_GREETING, "the connection was lost"),
        (Fault.GREETING_554, "the server refused the connection (554 5.3.2)"),
        (Fault.EHLO_502, "the server refused EHLO (502 5.5.1)"),
    ],
)
def test_check_says_what_to_mend(fault: Fault, what: str) -> None:
    with SmtpFaults([fault]) as server:
        channel = SmtpChannel("127.0.0.1", server.port, tls="none")
        with pytest.raises(UserError) as told:
            channel.check()
    problem = told.value.problems[0]
    assert (problem.what, problem.where) == (what, f"SMTP 127.0.0.1:{server.port}")
    assert problem.remedy


@pytest.mark.parametrize("fault", [Fault.CLOSE_AT_QUIT, Fault.HANG_AT_QUIT, Fault.DRIP])
def test_check_is_content_when_only_the_farewell_fails(fault: Fault) -> None:
    with SmtpFaults([fault]) as server:
        channel = SmtpChannel("127.0.0.1", server.port, tls="none", timeouts=Timeouts(0.5, 1, 1))
        assert channel.check() == f"SMTP 127.0.0.1:{server.port} answers, without TLS"


# Settings


@pytest.mark.parametrize("host", ["mail.example.test", "10.0.0.1", "localhost.example.test", "0.0.0.0"])
def test_no_tls_is_for_loopback_only(host: str) -> None:
    with pytest.raises(ConfigError) as told:
        SmtpChannel(host, 25, tls="none")
    assert [p.where for p in told.value.problems] == ["SMTP tls"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_no_tls_to_loopback_is_allowed(host: str) -> None:
    assert repr(SmtpChannel(host, 25, tls="none")) == f"SmtpChannel({host!r}, 25)"


def test_all_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as told:
        SmtpChannel("", 0, local_hostname="a b", connections=0, password="hidden", timeouts=Timeouts(0))
    assert len(told.value.problems) == 5
    assert "hidden" not in str(told.value)
