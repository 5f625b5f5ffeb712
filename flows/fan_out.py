"""The Dask cluster of a large send, as prefect-dask connects to it. Leaves the sending to `steps/fan_out.py`.

The cluster is a task runner's, and its client takes whole batches: a Prefect task for each would cost more than sending
it, and would keep a row of it in Prefect's database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from steps import deliver, fan_out
from steps.app import App
from steps.deliver import DeliverReport


def delivered(app: App, *, dry_run: bool = False) -> DeliverReport:
    """Send what is due: over the cluster if there is one and it is worth it, else from here."""
    if dry_run or not fan_out.is_worth_it(app):
        return deliver.deliver(app, dry_run=dry_run)
    return fan_out.over_cluster(app, connected)


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A `distributed.Client` of the cluster at that address. OSError when it is out of reach."""
    from prefect_dask import DaskTaskRunner  # an extra: only those who have a cluster need it

    with DaskTaskRunner(address=address) as runner:
        yield runner.client
