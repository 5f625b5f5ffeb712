"""What is particular to IMAP: TLS, logins, losses, large and broken mails, IDLE. The rest is in the contract."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress

import pytest
import trustme

from channels.imap import ImapMailbox, Position
from domain.errors import ConfigError, Permanent, Transient
from tests.servers.dovecot import dovecot

USER = "team@example.org"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def server(tmp_path_factory, authority):
    tmp_path = tmp_path_factory.mktemp("dovecot")
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.private_key_pem.write_to_path(str(key))
    certificate.cert_chain_pems[0].write_to_path(str(chain))
    with dovecot(tmp_path, certificate=(chain, key)) as server:
        yield server


@pytest.fixture
def user(request):
    return f"{request.node.name.replace('[', '-').strip(']')}@example.org"


def _box(server, user, **options):
    options = {"tls": "none", "port": server.imap_port, "password": server.password, "timeout": 5.0, **options}
    return ImapMailbox(server.host, username=user, **options)


def _datas(batches):
    return [mail.data.rsplit(b"\r\n\r\n", 1)[-1] for batch in batches for mail in batch]


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_tls_with_a_known_authority(server, authority, user, tls):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    port = server.imaps_port if tls == "implicit" else server.imap_port
    server.deliver(user, b"\r\nhi\r\n")
    with _box(server, user, tls=tls, port=port, ssl_context=context) as box:
        assert _datas(box.fetch(None)) == [b"hi\r\n"]
        assert "TLSv1" in box.check()
        threading.Timer(0.5, server.deliver, [user, b"\r\nyo\r\n"]).start()
        assert box.wait(10) is True


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_tls_with_an_unknown_authority(server, user, tls):
    port = server.imaps_port if tls == "implicit" else server.imap_port
    with _box(server, user, tls=tls, port=port) as box, pytest.raises(Permanent, match="certificate"):
        box.check()


def test_tls_none_beyond_this_machine():
    with pytest.raises(ConfigError):
        ImapMailbox("mail.example.org", 143, USER, "secret", "none")
    with pytest.raises(ConfigError):
        ImapMailbox("localhost", 143, USER, "secret", "ssl")


@pytest.mark.parametrize("password", ["wrong-one", "wröng-one"])
def test_login_refused_names_the_remedy_and_no_secret(server, user, password):
    with _box(server, user, password=password, timeout=20.0) as box, pytest.raises(Permanent) as caught:
        list(box.fetch(None))
    assert "app password" in caught.value.reason
    assert password not in str(caught.value) and user not in str(caught.value)


def test_login_with_other_letters_than_ascii(server):
    with _box(server, "zoë@example.org") as box:
        assert "0 mails" in box.check()


def test_folder_missing(server, user):
    with _box(server, user, folder="No such") as box, pytest.raises(Permanent, match="folder"):
        list(box.fetch(None))


def test_nobody_listens(server, user):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(Transient):
        _box(server, user, port=port).check()


def test_fetch_large_mail_gives_header_fields_only(server, user):
    for size in (10, 5000, 20):
        server.deliver(user, b"Subject: s\r\n\r\n" + b"x" * size + b"\r\n")
    with _box(server, user, max_mail=4000) as box:
        mails = [mail for batch in box.fetch(None) for mail in batch]
    assert [(m.uid, m.truncated) for m in mails] == [(1, False), (2, True), (3, False)]
    assert mails[1].data.endswith(b"Subject: s\r\n\r\n")


def test_fetch_in_batches_of_limited_bytes(server, user, monkeypatch):
    monkeypatch.setattr("channels.imap.BATCH_BYTES", 5000)
    for _ in range(5):
        server.deliver(user, b"\r\n" + b"x" * 2000 + b"\r\n")
    with _box(server, user) as box:
        assert [len(batch) for batch in box.fetch(None)] == [2, 2, 1]


def test_fetch_in_windows_of_a_huge_folder(server, user, monkeypatch):
    monkeypatch.setattr("channels.imap._MAX_SEARCH", 2)
    for number in range(5):
        server.deliver(user, b"\r\n%d\r\n" % number)
    with _box(server, user) as box:
        assert _datas(box.fetch(None)) == [b"%d\r\n" % n for n in range(5)]
        batches = list(box.fetch(None))
        assert _datas(box.fetch(Position(batches[0][0].uidvalidity, 5))) == []


@contextmanager
def _cable(server):
    """A cable to the server that can be cut after so many bytes of answers."""
    cable = {"left": None, "bytes": 0}
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source, target, counted):
        try:
            while data := source.recv(65536):
                if counted and cable["left"] is not None:
                    data, cable["left"] = data[: cable["left"]], cable["left"] - len(data)
                    target.sendall(data)
                    if cable["left"] <= 0:
                        cable["left"] = None
                        break
                    continue
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept():
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection((server.host, server.imap_port))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=pump, args=(near, far, False), daemon=True).start()
            threading.Thread(target=pump, args=(far, near, True), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], cable
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.parametrize("after", [0, 1, 50, 2000, 100_000])
def test_fetch_loses_the_connection_in_the_middle(server, user, after, monkeypatch):
    monkeypatch.setattr("channels.imap.BATCH_MAILS", 5)
    for number in range(20):
        server.deliver(user, b"Subject: %d\r\n\r\n" % number + b"x" * 20_000 + b"\r\n%d\r\n" % number)
    filed, position = [], None
    with _cable(server) as (port, cable), _box(server, user, port=port) as box:
        with pytest.raises(Transient):
            for batch in box.fetch(None):
                filed += [mail.uid for mail in batch]
                position = Position(batch[-1].uidvalidity, batch[-1].uid)
                cable["left"] = after
        assert len(filed) % 5 == 0 and 0 < len(filed) < 20
        for batch in box.fetch(position):
            filed += [mail.uid for mail in batch]
    assert filed == list(range(1, 21))


def test_wait_loses_the_connection(server, user):
    with _cable(server) as (port, cable), _box(server, user, port=port) as box:
        assert list(box.fetch(None)) == []
        threading.Timer(0.5, cable.update, [{"left": 1}]).start()
        threading.Timer(0.8, server.deliver, [user, b"\r\nhi\r\n"]).start()
        began = time.monotonic()
        with pytest.raises(Transient):
            box.wait(20)
        assert time.monotonic() - began < 5
        assert box.wait(5) is True  # what came while nobody was connected
        assert _datas(box.fetch(None)) == [b"hi\r\n"]


def test_wait_wakes_within_two_seconds_of_a_delivery(server, user):
    delivered = []

    def deliver():
        server.deliver(user, b"\r\nhi\r\n")
        delivered.append(time.monotonic())

    with _box(server, user) as box:
        assert list(box.fetch(None)) == []
        for number in (1, 2, 3):
            timer = threading.Timer(0.3, deliver)
            timer.start()
            assert box.wait(20) is True
            woken = time.monotonic()
            timer.join()
            assert woken - delivered[-1] < 2
            assert len(_datas(box.fetch(None))) == number


def test_wait_renews_idle(server, user):
    with _box(server, user, idle_renewal=0.4) as box:
        assert list(box.fetch(None)) == []
        assert box.wait(1.5) is False
        threading.Timer(0.6, server.deliver, [user, b"\r\nhi\r\n"]).start()
        assert box.wait(10) is True


def test_wait_without_idle_asks(tmp_path):
    capability = "IMAP4rev1 SASL-IR LITERAL+ UIDPLUS"
    with dovecot(tmp_path, capability=capability) as server, _box(server, USER, poll=0.3) as box:
        assert "no IDLE" in box.check()
        assert list(box.fetch(None)) == []
        assert box.wait(0.5) is False
        threading.Timer(0.5, server.deliver, [USER, b"\r\nhi\r\n"]).start()
        assert box.wait(10) is True


@contextmanager
def _scripted(answers):
    """A server that greets and gives prepared answers: {start of a command: untagged lines and a tagged status}."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        try:
            connection, _ = listener.accept()
            stream = connection.makefile("rwb")
            stream.write(b"* OK hello\r\n")
            stream.flush()
            for line in stream:
                tag, command = line.rstrip().split(b" ", 1)
                found = [answer for start, answer in answers.items() if command.startswith(start)]
                stream.write((found[0] if found else b"OK").replace(b"TAG", tag) if found else tag + b" OK done\r\n")
                stream.flush()
        except (OSError, ValueError):
            pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


SELECTED = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
    b"EXAMINE": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nTAG OK done\r\n",
    b"UID SEARCH UID 1:*": b"* SEARCH 1 2 3\r\nTAG OK done\r\n",
    b"UID SEARCH UID 2": b"* SEARCH 2\r\nTAG OK done\r\n",
    b"UID SEARCH UID 3": b"* SEARCH\r\nTAG OK done\r\n",
    b"UID FETCH 1,2,3 (RFC822.SIZE": b"".join(
        b'* %d FETCH (UID %d RFC822.SIZE 9 INTERNALDATE "01-Jan-2026 10:00:00 +0300")\r\n' % (n, n) for n in (1, 2, 3)
    ) + b"TAG OK done\r\n",
    b"UID FETCH 1 (BODY": b"* 1 FETCH (UID 1 BODY[] {2}\r\nhi)\r\nTAG OK done\r\n",
}  # fmt: skip


def test_fetch_mail_that_the_server_cannot_give_does_not_block_the_others():
    answers = SELECTED | {b"UID FETCH": b"TAG NO [SERVERBUG] some messages could not be fetched\r\n"}
    with _scripted(answers) as port, ImapMailbox("127.0.0.1", port, USER, "secret", "none", timeout=5.0) as box:
        mails = [(m.uid, m.data, m.truncated) for batch in box.fetch(None) for m in batch]
    assert mails == [(1, b"hi", False), (2, b"", True)]  # the third was expunged meanwhile


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"TAG NO [UNAVAILABLE] team@example.org\r\n", Transient), (b"TAG NO no team@example.org\r\n", Permanent),
        (b"TAG NO [AUTHENTICATIONFAILED] team@example.org\r\n", Permanent), (b"* BYE\r\n", Transient),
        (b"garbage\r\n", Transient),
    ],
)  # fmt: skip
def test_login_answers(answer, error):
    with (
        _scripted(SELECTED | {b"LOGIN": answer}) as port,
        ImapMailbox("127.0.0.1", port, USER, "secret", "none", timeout=1.0) as box,
        pytest.raises(error) as caught,
    ):
        box.check()
    assert "example" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_starttls_stripped_sends_no_password():
    with (
        _scripted(SELECTED | {b"LOGIN": b"TAG OK got the password\r\n"}) as port,
        ImapMailbox("127.0.0.1", port, USER, "secret", "starttls", timeout=5.0) as box,
        pytest.raises(Permanent, match="STARTTLS"),
    ):
        box.check()
