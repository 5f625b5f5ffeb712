"""A real run of "Plan and deliver" through Prefect's API, so that the UI has one to show. Imports Prefect.

Called inside the process of `flows/supervisor.py`, where Prefect's settings are in place.
"""

import time
from collections.abc import Callable

from prefect import get_client
from prefect.client.schemas.objects import StateType

from domain.errors import Problem, UserError

NAME = "Plan and deliver"
SECONDS = 60
TRIES = 4


def plan_and_deliver(say: Callable[[str], None]) -> None:
    """Returns when it completed. UserError with the state's name when it did not.

    A run that starts while the schedule's own is at work is cancelled by design, and tried again.
    """
    deadline = time.monotonic() + SECONDS
    name = ""
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(f"{NAME}/{NAME}")
        for _ in range(TRIES):
            run = client.create_flow_run_from_deployment(deployment.id)
            while not (run.state and run.state.is_final()):
                if time.monotonic() > deadline:
                    raise _failed(f"did not end within {SECONDS} seconds")
                time.sleep(0.25)
                run = client.read_flow_run(run.id)
            assert run.state is not None
            name = run.state.name or run.state.type.value
            if run.state.type is StateType.COMPLETED:
                say(f"Prefect ran {NAME!r}: {name}")
                return
            if run.state.type is not StateType.CANCELLED:
                break
    raise _failed(f"ended as {name}")


def _failed(what: str) -> UserError:
    remedy = "Look into the run in the UI, and into logs/ in the demo's folder"
    return UserError(Problem(f"the run of {NAME!r} {what}", "Prefect", remedy))
