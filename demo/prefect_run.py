"""Real runs of deployments through Prefect's API, so that the UI has some to show. Imports Prefect.

Called inside the process of `flows/supervisor.py`, where Prefect's settings are in place.
"""

import time
from collections.abc import Callable, Sequence

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType

from domain.errors import Problem, UserError

SECONDS = 120


def run(names: Sequence[str], say: Callable[[str], None]) -> None:
    """Runs these flows at the same time; returns when all completed. UserError with a state's name when one did not.

    A run that starts while the schedule's own is at work is cancelled by design: then it is started again.
    """
    deadline = time.monotonic() + SECONDS
    with get_client(sync_client=True) as client:
        for name, first in [(name, _start(client, name)) for name in names]:
            state = _end(client, name, first, deadline)
            while state.type is StateType.CANCELLED:
                state = _end(client, name, _start(client, name), deadline)
            if state.type is not StateType.COMPLETED:
                raise _failed(name, f"ended as {state.name or state.type.value}")
            say(f"Prefect ran {name!r}: {state.name or state.type.value}")


def _start(client: SyncPrefectClient, name: str) -> FlowRun:
    deployment = client.read_deployment_by_name(f"{name}/{name}")
    return client.create_flow_run_from_deployment(deployment.id)


def _end(client: SyncPrefectClient, name: str, run: FlowRun, deadline: float) -> State:
    while not (run.state and run.state.is_final()):
        if time.monotonic() > deadline:
            raise _failed(name, f"did not end within {SECONDS} seconds")
        time.sleep(0.25)
        run = client.read_flow_run(run.id)
    return run.state


def _failed(name: str, what: str) -> UserError:
    remedy = "Look into the run in the UI, and into logs/ in the demo's folder"
    return UserError(Problem(f"the run of {name!r} {what}", "Prefect", remedy))
