"""The mails of `bench inbox`: a third calendar answers, a third answers in words, a sixth holiday notices, a sixth
bounces, each with the trace that relays and filters leave on it (RFC 5321 section 4.4, RFC 6376, RFC 8601).

`python -P -m bench.answers FOLDER COUNT` invites so many people to a session in a programme of that folder and writes
their answers into a file there. A process of its own, so that its memory is not taken for that of reading.
"""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha512
from pathlib import Path

from bench.home import MAILBOX, NOON, Home
from channels.memory import MemoryChannel
from demo import answers
from demo.answers import Answer, Person
from demo.caught import Caught
from domain.deliveries import Parcel
from flows.tether import tethered
from steps.deliver import deliver
from steps.plan import plan

_FILE = "answers.jsonl"
_WROTE = "On Sunday, Let's Connect wrote:"


def made(folder: Path, count: int) -> Iterator[Answer]:
    """Read from the file one by one. From the main thread only (see `flows/tether.py`)."""
    subprocess.run(tethered([sys.executable, "-P", "-m", "bench.answers", str(folder), str(count)]), check=True)
    with (folder / _FILE).open(encoding="utf-8") as lines:
        for line in lines:
            sender, recipient, data = json.loads(line)
            yield Answer(sender, recipient, data.encode("latin-1"))


def main(argv: Sequence[str]) -> None:
    folder, count = Path(argv[0]), int(argv[1])
    home = Home(folder)
    home.people(count)
    home.register(home.clinic(), 1, count)
    plan(home.app)
    channel = MemoryChannel()
    deliver(home.app, channel=channel)
    home.close()
    with (folder / _FILE).open("w", encoding="utf-8") as lines:
        for number, parcel in enumerate(channel.stored):
            one = _traced(_answer(parcel, number), number)
            lines.write(json.dumps([one.sender, one.recipient, one.data.decode("latin-1")]) + "\n")


def _answer(parcel: Parcel, number: int) -> Answer:
    to = Caught(number + 1, NOON, parcel.sender, parcel.recipient, parcel.data)
    person = Person(f"Person {number + 1}", parcel.recipient, MAILBOX, NOON)
    match number % 6:
        case 0:
            return answers.google_yes(to, person)
        case 1:
            return answers.written(to, person, "Yes, I'll be there!", _WROTE)
        case 2:
            return answers.holiday_notice(to, person)
        case 3:
            return answers.outlook_no(to, person, "I travel that day")
        case 4:
            return answers.written(to, person, "Sí, claro", _WROTE)
        case _:
            return answers.bounce(to, NOON + timedelta(seconds=number))  # its Message-ID is made of the moment


_TRACE = """\
Return-Path: <{sender}>
Delivered-To: {recipient}
Received: from mx1.example.org (mx1.example.org [192.0.2.25])
\tby store.example.org with LMTP id {id}
\tfor <{recipient}>; Sun, 22 Nov 2026 12:00:02 +0000
Received: from mail-{number}.example.net (mail-{number}.example.net [198.51.100.{byte}])
\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
\tby mx1.example.org (Postfix) with ESMTPS id {id}
\tfor <{recipient}>; Sun, 22 Nov 2026 12:00:01 +0000 (UTC)
Authentication-Results: mx1.example.org; dkim=pass (2048-bit key) header.d=example.net header.i=@example.net
\theader.a=rsa-sha256 header.s=s20230601 header.b={id}; dmarc=pass (policy=none) header.from=example.net;
\tspf=pass (mx1.example.org: domain designates 198.51.100.{byte} as permitted sender) smtp.mailfrom=example.net
X-Spam-Status: No, score=-2.1 required=5.0 tests=[BAYES_00=-1.9, DKIM_SIGNED=0.1, DKIM_VALID=-0.1, HTML_MESSAGE=0.001,
\tRCVD_IN_DNSWL_NONE=-0.0001, SPF_PASS=-0.001] autolearn=ham autolearn_force=no
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=s20230601; t=1795348800; x=1795953600;
 darn=example.org; h=in-reply-to:references:message-id:date:subject:to:from:mime-version:from:to:cc:subject;
 bh={hash};
 b={signature}
X-Received: by 2002:a05:6402:{byte}:b0:5cf:c97c:82b4 with SMTP id {id};
 Sun, 22 Nov 2026 12:00:00 +0000
"""


def _traced(answer: Answer, number: int) -> Answer:
    """As it lies in the mailbox."""
    digest = sha512(str(number).encode()).digest()
    signature = b64encode(digest * 4).decode()
    trace = _TRACE.format(
        sender=answer.sender, recipient=answer.recipient, number=number, byte=number % 250 + 1, id=digest[:9].hex(),
        hash=b64encode(digest[:32]).decode(), signature="\n ".join(signature[i : i + 72] for i in range(0, 344, 72)),
    )  # fmt: skip
    return Answer(answer.sender, answer.recipient, trace.replace("\n", "\r\n").encode() + answer.data)


if __name__ == "__main__":
    main(sys.argv[1:])
