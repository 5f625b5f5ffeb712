"""The real delivery into `smtp-sink`, between runs of `smtp-source` over the same number of messages of the same size.

Everything that production does is in it: claims, the second look, durable at-risk marks, receipts. Deciding, writing
and recording the letters is measured by itself: `whole_rate` is of both, one after the other. Others who send are in
`peers.py`, servers that are slower than a sink in `postfix.py` and `proxy.py`.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench import measure, peers, smtp_tools
from bench.courier import couriers
from bench.home import Home
from bench.postfix import Relay, postfix
from bench.proxy import far_away
from domain.errors import Problem, UserError
from steps.plan import plan

ROUNDS = 3  # of ours, each between two of the reference
ON_THE_WAY = 2000  # messages a round through a relay or over a long way
ROUNDS_ON_THE_WAY = 9  # a relay on the same disk is quicker one second than the next
SLOWLY = 640  # smtp-source's over a long way: it waits for every answer
PEERS = ("smtplib", "nodemailer", "django-post_office")
WAYS = ("postfix", "proxy20ms")
WHOLE = "whole"


def run(
    folder: Path, *, messages: int, connections: int, processes: int = 1, peer: Sequence[str] = (), cache: str = ""
) -> dict[str, Any]:
    """Rates are messages a second, medians of the rounds. `peer`: of PEERS and WAYS; `cache`: where peers are kept.

    UserError when a program is missing, or when the delivery had trouble.
    """
    smtp_tools.program("smtp-source")
    others = {name: peers.peer(name, Path(cache or folder)) for name in peer if name in PEERS}
    ways = [name for name in peer if name in WAYS]
    slow = min(messages, ON_THE_WAY)
    before = measure.load()
    with smtp_tools.sink() as port:
        home, recorded_rate = _recorded(folder, port, messages + slow * ROUNDS_ON_THE_WAY * len(ways), connections)
        size = measure.letter_bytes(home.app.conn)
        bench = _Bench(home, connections, processes, size, recorded_rate)
        bench.beside_the_source(port, messages, others)
        for way in ways:
            bench.through(way, port, slow)
        home.close()
    return {
        "messages": messages,
        "sent": bench.sent,
        "unsure": bench.unsure,
        "connections": connections,
        "processes": processes,
        "message_bytes": size,
        **bench.figures,
        "max_rss_mb": bench.rss,
        "load": {"before": before, "after": measure.load()},
    }


class _Bench:
    def __init__(self, home: Home, connections: int, processes: int, size: int, recorded_rate: float) -> None:
        self.home, self.connections, self.processes, self.size = home, connections, processes, size
        self.recorded_rate = recorded_rate
        self.sent = self.unsure = 0
        self.rss = 0.0
        self.figures: dict[str, Any] = {}

    def beside_the_source(self, port: int, messages: int, others: dict[str, peers.Send]) -> None:
        """Our rounds into the sink, each between two of smtp-source, and one of every peer after it."""
        rates: dict[str | tuple[str, str], list[float]] = defaultdict(list)
        ratios, cpu = [], 0.0
        rounds = _shares(messages)
        rates["source"].append(self._source(port, rounds[0]))
        with couriers(self.home.folder, self._environ(port), self.home.begin, self.processes) as together:
            for share in rounds:
                with measure.spent() as spent:
                    found = together.deliver(share)
                sent = sum(one["sent"] for one in found)
                self.sent, self.unsure = self.sent + sent, self.unsure + sum(one["unsure"] for one in found)
                self.rss = max([self.rss, *(one["rss"] for one in found)])
                cpu += sum(one["cpu"] for one in found)
                rates["ours"].append(sent / spent.wall)
                rates["source"].append(self._source(port, share))
                ratios.append(2 * rates["ours"][-1] / sum(rates["source"][-2:]))
                for name, send in others.items():
                    number = min(share, peers.ENOUGH[name])
                    sending, whole = send(port, number, self.size)
                    rates[name].append(number / sending)
                    if whole is not None:
                        rates[name, WHOLE].append(number / whole)
        ours = measure.middle(rates["ours"])
        from_people = 1 / (1 / self.recorded_rate + 1 / median(rates["ours"]))
        self.figures |= {
            "recorded_rate": round(self.recorded_rate),
            "whole_rate": round(from_people),
            "rate": ours,
            "smtp_source_rate": measure.middle(rates["source"]),
            "ratio_to_smtp_source": round(median(ratios), 3),
            "cpu_us_per_message": round(cpu / self.sent * 1e6) if self.sent else None,
        }
        for name in others:
            theirs = measure.middle(rates[name])
            key = name.replace("-", "_")
            self.figures |= {f"{key}_rate": theirs, f"ratio_to_{key}": round(ours / theirs, 2)}
            if whole_rates := rates[name, WHOLE]:
                theirs = measure.middle(whole_rates)
                self.figures |= {
                    f"{key}_whole_rate": theirs, f"whole_ratio_to_{key}": round(from_people / theirs, 2),
                }  # fmt: skip

    def through(self, way: str, port: int, messages: int) -> None:
        """Ours and smtp-source's, over a slower way than the sink's; each round of ours between two of the source's."""
        far = way == "proxy20ms"
        ours, theirs, ratios = [], [], []
        with ExitStack() as stack:
            relay = Relay(stack.enter_context(far_away(port))) if far else stack.enter_context(postfix())
            together = stack.enter_context(
                couriers(self.home.folder, self._environ(relay.port), self.home.begin, self.processes)
            )

            def source() -> float:
                relay.settled()
                return self._source(relay.port, min(messages, SLOWLY) if far else messages, to_one=far)

            theirs.append(source())
            for _ in range(ROUNDS_ON_THE_WAY):
                relay.settled()
                with measure.spent() as spent:
                    sent = sum(one["sent"] for one in together.deliver(messages))
                if sent != messages:
                    raise UserError(Problem(f"{sent} of {messages} messages left", way, "Run it again"))
                ours.append(sent / spent.wall)
                theirs.append(source())
                ratios.append(2 * ours[-1] / sum(theirs[-2:]))
        self.figures |= {
            f"{way}_rate": measure.middle(ours),
            f"{way}_smtp_source_rate": measure.middle(theirs),
            f"ratio_to_smtp_source_{way}": round(median(ratios), 2),
        }

    def _source(self, port: int, messages: int, *, to_one: bool = True) -> float:
        return messages / smtp_tools.source(port, messages, self.size, to_one=to_one)

    def _environ(self, port: int) -> dict[str, str]:
        return _environ(port, self.connections)


def _environ(port: int, connections: int) -> dict[str, str]:
    return {
        "LETSCONNECT_SMTP_URL": f"smtp://{smtp_tools.HOST}:{port}?tls=none",
        "LETSCONNECT_SMTP_CONNECTIONS": str(connections),
    }


def _shares(messages: int) -> list[int]:
    rounds = min(ROUNDS, messages)
    return [messages // rounds + (n < messages % rounds) for n in range(rounds)]


def _recorded(folder: Path, port: int, messages: int, connections: int) -> tuple[Home, float]:
    """A home whose outbox holds that many messages: half welcomes, half invitations, mixed, in five languages. And how
    many a second were decided, written and recorded."""
    home = Home(folder, _environ(port, connections))
    home.people(messages)
    half = messages // 2
    home.join(1, half)
    home.register(home.clinic(), half + 1, messages)
    with measure.spent() as spent:
        report = plan(home.app)
    if report.send != messages or report.drafts:
        what = f"{report.send} of {messages} messages were recorded, {report.drafts} of them as drafts"
        raise UserError(Problem(what, "the bench's programme", "Tell the developers: its rules have changed"))
    return home, messages / spent.wall
