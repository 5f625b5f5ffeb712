"""A large send over a Dask cluster: mail by its workers, everything else from here. Off without LETSCONNECT_DASK.

How a batch goes out and comes back is in `channels/fan_out.py`; what each message passes, in `steps/delivery.py`.
Connecting to the cluster is left to `flows/`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any

from domain.deliveries import Channel
from domain.errors import Problem, UserError
from steps import deliver
from steps.app import App, open_app
from steps.deliver import DeliverReport
from store import outbox

WORTH = 1000  # mails from which on the way to other machines pays
ALONE = "the Dask cluster is out of reach; mail was sent from here"


def channel_of_worker() -> Channel:
    """What a worker sends with: the mail server of its own settings. It opens no database and needs no secret."""
    return deliver.email_channel(open_app())


def is_worth_it(app: App) -> bool:
    return app.settings.dask is not None and outbox.due(app.conn, app.now(), "email", most=WORTH) >= WORTH


def over_cluster(app: App, connected: Callable[[str], AbstractContextManager[Any]]) -> DeliverReport:
    """Send what is due over every channel, mail over the cluster's workers. `connected` gives a `distributed.Client`.

    UserError when what it takes is not installed. With a cluster out of reach mail is sent from here, and that is said.
    """
    assert app.settings.dask is not None
    try:
        from channels.fan_out import FanOutChannel
    except ImportError as error:
        what = "needs the packages of the extra \"dask\""
        raise UserError(Problem(what, "LETSCONNECT_DASK", "Run: pip install 'letsconnect[dask]'")) from error
    report = DeliverReport()
    with ExitStack() as stack:
        try:
            client = stack.enter_context(connected(app.settings.dask))
        except (OSError, TimeoutError):
            here = deliver.deliver(app)
            return replace(here, trouble="; ".join(filter(None, (ALONE, here.trouble))))
        for channel in deliver.channels(app):
            fanned: Channel = FanOutChannel(client, channel_of_worker) if channel.name == "email" else channel
            report = deliver.added(report, deliver.deliver(app, channel=fanned))
    return report
