"""What every mailbox promises (channels/mailbox.py): memory, pymap and Dovecot answer alike."""

import socket
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from imapclient import IMAPClient

from channels import imap
from channels.imap import ImapMailbox
from channels.mailbox import Position
from channels.memory_mailbox import MemoryMailbox
from domain.errors import Transient
from tests.servers.dovecot import dovecot
from tests.servers.pymap_server import pymap_server

CAME = datetime(2020, 1, 10, 10, 0, tzinfo=UTC)  # in the past: Dovecot takes no date of the future
BATCH = 20

class MemoryPlace:
    def __init__(self):
        self.stopped = threading.Event()
        self.box = MemoryMailbox(BATCH, stop=self.stopped.is_set)
        self.deliver = lambda data: self.box.deliver(data, CAME)
        self.expunge = self.box.expunge
        self.renew = self.box.renew
        self.seen = list

    def lose_connection(self):
        self.box.breaks_after = 0


class ImapPlace:
    """A server's side of a folder, played by a second client."""

    def __init__(self, server, username, folder):
        self.stopped = threading.Event()
        self.folder = folder
        self.admin = IMAPClient(server.host, server.imap_port, ssl=False)
        self.admin.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else 45 ms a mail
        self.admin.login(username, "secret")
        self.admin.create_folder(self.folder)
        self.box = ImapMailbox(
            server.host, server.imap_port, username, "secret", "none", folder, stop=self.stopped.is_set, poll=0.2
        )

    def deliver(self, data):
        self.admin.append(self.folder, data, msg_time=CAME)

    def expunge(self, uid):
        self.admin.select_folder(self.folder)
        self.admin.delete_messages([uid])
        self.admin.expunge()
        self.admin.close_folder()

    def renew(self):
        self.admin.select_folder(self.folder)
        mails = self.admin.fetch(self.admin.search("ALL"), ["BODY.PEEK[]"])
        self.admin.close_folder()
        self.box.close()
        self.admin.delete_folder(self.folder)
        time.sleep(1.1)  # pymap makes UIDVALIDITY of the second
        self.admin.create_folder(self.folder)
        for _, mail in sorted(mails.items()):
            self.deliver(mail[b"BODY[]"])

    def seen(self):
        self.admin.select_folder(self.folder, readonly=True)
        return self.admin.search("SEEN")

    def lose_connection(self):
        self.box._client.socket().shutdown(2)


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Started when first asked for, for all tests of this file."""
    with ExitStack() as stack:
        started = {}

        def server_of(kind):
            if kind not in started:
                context = pymap_server() if kind == "pymap" else dovecot(tmp_path_factory.mktemp(kind))
                started[kind] = stack.enter_context(context)
            return started[kind]

        yield server_of


@pytest.fixture(params=["memory", "pymap", "dovecot"])
def place(request, servers, monkeypatch):
    monkeypatch.setattr(imap, "BATCH_MAILS", BATCH)
    if request.param == "memory":
        yield MemoryPlace()
        return
    folder = f"Folder {abs(hash(request.node.name))}"  # not INBOX, which cannot be deleted and made again
    place = ImapPlace(servers(request.param), "team@example.org", folder)
    yield place
    place.box.close()
    place.admin.logout()


def _mail(number):
    return f"Subject: {number}\r\n\r\nhi\r\n".encode()


def _fetched(place, since=None):
    return [mail for batch in place.box.fetch(since) for mail in batch]


def _position(mails):
    return Position(mails[-1].uidvalidity, mails[-1].uid)


def test_fetch_from_the_beginning_and_on(place):
    assert _fetched(place) == []
    for number in range(3):
        place.deliver(_mail(number))
    mails = _fetched(place)
    assert [m.data for m in mails] == [_mail(0), _mail(1), _mail(2)]
    assert {m.internal_date for m in mails} == {CAME}
    assert {m.truncated for m in mails} == {False}
    assert len({m.uidvalidity for m in mails}) == 1
    assert [m.uid for m in mails] == sorted(m.uid for m in mails)
    # "n:*" names the last mail again; it must not come twice
    assert _fetched(place, _position(mails)) == []
    place.deliver(_mail(3))
    assert [m.data for m in _fetched(place, _position(mails))] == [_mail(3)]
    assert [m.data for m in _fetched(place, _position(mails[:1]))] == [_mail(1), _mail(2), _mail(3)]


def test_fetch_marks_nothing_as_read(place):
    place.deliver(_mail(0))
    _fetched(place)
    assert place.seen() == []


def test_fetch_in_batches(place):
    for number in range(BATCH + 5):
        place.deliver(_mail(number))
    batches = list(place.box.fetch(None))
    assert [len(batch) for batch in batches] == [BATCH, 5]
    assert [m.data for batch in batches for m in batch] == [_mail(n) for n in range(BATCH + 5)]


def test_fetch_after_a_change_of_uidvalidity_starts_again(place):
    for number in range(3):
        place.deliver(_mail(number))
    before = _fetched(place)
    place.renew()
    after = _fetched(place, _position(before))
    assert [m.data for m in after] == [m.data for m in before]
    assert {m.uidvalidity for m in after} != {m.uidvalidity for m in before}
    assert _fetched(place, _position(after)) == []


def test_fetch_without_the_expunged(place):
    for number in range(3):
        place.deliver(_mail(number))
    mails = _fetched(place)
    place.expunge(mails[1].uid)
    assert [m.data for m in _fetched(place)] == [_mail(0), _mail(2)]
    place.expunge(mails[2].uid)
    assert _fetched(place, _position(mails)) == []
    place.deliver(_mail(3))
    assert [m.data for m in _fetched(place, _position(mails))] == [_mail(3)]


def test_fetch_while_mails_come_and_go(place):
    for number in range(BATCH + 5):
        place.deliver(_mail(number))
    batches = place.box.fetch(None)
    mails = next(batches)
    place.deliver(_mail(BATCH + 5))
    place.expunge(mails[-1].uid + 1)
    mails += [m for batch in batches for m in batch]
    assert place.box.wait(5) is True or len(mails) == BATCH + 5
    mails += _fetched(place, _position(mails))
    assert [m.data for m in mails] == [_mail(n) for n in range(BATCH + 6) if n != BATCH]


def test_fetch_after_a_lost_connection(place):
    place.deliver(_mail(0))
    mails = _fetched(place)
    place.deliver(_mail(1))
    place.lose_connection()
    with pytest.raises(Transient):
        _fetched(place, _position(mails)) or place.box.wait(0)
    assert [m.data for m in _fetched(place, _position(mails))] == [_mail(1)]


def test_fetch_ends_early_when_stopped(place):
    for number in range(BATCH + 5):
        place.deliver(_mail(number))
    place.stopped.set()
    assert [len(batch) for batch in place.box.fetch(None)] == [BATCH]
    place.stopped.clear()
    assert place.box.wait(5) is True  # what was left is still news


def test_wait_in_a_quiet_folder(place):
    place.deliver(_mail(0))
    _fetched(place)
    began = time.monotonic()
    assert place.box.wait(0.6) is False
    assert time.monotonic() - began >= 0.5


def test_wait_knows_what_came_before_it(place):
    _fetched(place)
    place.deliver(_mail(0))
    assert place.box.wait(10) is True


def test_wait_wakes_for_a_new_mail(place):
    _fetched(place)
    timer = threading.Timer(0.5, place.deliver, [_mail(0)])
    timer.start()
    began = time.monotonic()
    assert place.box.wait(20) is True
    timer.join()
    assert timedelta(seconds=time.monotonic() - began) < timedelta(seconds=2.5)
    assert [m.data for m in _fetched(place)] == [_mail(0)]


def test_wait_ends_soon_when_stopped(place):
    _fetched(place)
    threading.Timer(0.3, place.stopped.set).start()
    began = time.monotonic()
    assert place.box.wait(20) is False
    assert time.monotonic() - began < 1.3


def test_check_is_one_line(place):
    place.deliver(_mail(0))
    line = place.box.check()
    assert "1 mails" in line
    assert "\n" not in line and "team" not in line
