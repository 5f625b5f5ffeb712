"""A Dask cluster of two worker processes on loopback, each with one thread, as a real one would be: started by a
nanny that starts a killed worker again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from distributed import Client, LocalCluster

WORKERS = 2


@contextmanager
def dask_cluster() -> Iterator[Client]:
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        client.wait_for_workers(WORKERS, timeout=60)
        yield client


def process_of(client: Client, worker: str) -> int:
    """The process id of the worker of that address."""
    return int(client.run(os.getpid, workers=[worker])[worker])


def set_environ(values: dict[str, str]) -> None:
    """To be run on workers. (`os.environ.update` would update a copy.)"""
    os.environ.update(values)
