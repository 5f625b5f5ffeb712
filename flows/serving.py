"""The runner, in a thread of its own: mends what a crash left behind, deploys, polls for runs, follows the sessions.

Leaves processes to `flows/supervisor.py`. A thread, because Prefect's runner takes SIGTERM for itself in the main one.
"""

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from prefect import get_client
from prefect.automations import AutomationCore
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.events import EventTrigger
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.runner import Runner
from prefect.states import Crashed
from prefect.workers.process import ProcessWorker

from flows import deployments
from flows.choices import offers
from flows.skin import described, note
from steps.app import App

UNFINISHED = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
FINAL_EVENTS = ("Completed", "Failed", "Cancelled", "Crashed")
STOP_SECONDS = 5.0
LIMIT = 10  # runs at once
SILENCE = timedelta(seconds=90)  # three heartbeats
AUTOMATION = "A run without a heartbeat has crashed"


class Serving(threading.Thread):
    """Runs until `stop`; after a failure tries again. `ready` is set when every deployment is there and polled for.

    With `pool` it is a worker of that work pool, one of several; without, the only runner there is.
    """

    def __init__(
        self, open_app: Callable[[], App], stop: threading.Event, log: Path, follow: float, pool: str | None = None
    ) -> None:
        super().__init__(name="runner", daemon=True)
        self.open_app, self.stop, self.log, self.follow, self.pool = open_app, stop, log, follow, pool
        self.ready = threading.Event()
        self.failures = 0

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                asyncio.run(self._serve())
            except Exception as error:
                self.failures += 1
                note(self.log, f"the runner stopped and will be started again\n{described(error)}")
                self.stop.wait(min(2.0**self.failures, 30.0))

    async def _serve(self) -> None:
        zone, offered = await asyncio.to_thread(self._read)
        found = deployments.everything(zone, offered)
        if self.pool is None:
            await self._alone(found, offered)
        else:
            await self._among_others(self.pool, found, offered)

    async def _alone(self, found: list[RunnerDeployment], offered: dict[str, list[str]]) -> None:
        """The only one who runs flows, so runs that are unfinished now are nobody's."""
        runner = Runner(name="letsconnect", pause_on_shutdown=False, limit=LIMIT, query_seconds=1)
        async with get_client() as client:
            await settle_unfinished(client)
            await watch_heartbeats(client)
            for deployment in found:
                await keep_pauses(client, deployment)
                await runner.aadd_deployment(deployment)
        polling = asyncio.create_task(runner.start())
        try:
            while not runner.started and not polling.done():
                await asyncio.sleep(0.05)
            self.ready.set()
            await self._follow(polling, offered)
        finally:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(STOP_SECONDS):
                    await runner.astop()
                    await polling
        self._ended(polling)

    async def _among_others(
        self, pool: str, found: list[RunnerDeployment], offered: dict[str, list[str]]
    ) -> None:
        """One worker of a pool. Whose run it is that does not end, its missing heartbeats tell."""
        async with get_client() as client:
            await make_pool(client, pool)
            await watch_heartbeats(client)
            for deployment in found:
                await self._apply(client, deployment)
        worker = ProcessWorker(work_pool_name=pool, name=f"{socket.gethostname()}-{os.getpid()}", limit=LIMIT)
        polling = asyncio.create_task(worker.start(printer=lambda *_: None))
        self.ready.set()
        try:
            await self._follow(polling, offered)
        finally:
            polling.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                async with asyncio.timeout(STOP_SECONDS):
                    await polling
        self._ended(polling)

    def _ended(self, polling: "asyncio.Task[None]") -> None:
        if polling.done() and not self.stop.is_set():
            error = None if polling.cancelled() else polling.exception()
            raise error or RuntimeError("the runner ended")

    async def _follow(self, polling: "asyncio.Task[None]", offered: dict[str, list[str]]) -> None:
        """Until told to stop or the runner ends: deploys the forms with choices again when those change."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self.follow
        while not self.stop.is_set() and not polling.done():
            await asyncio.sleep(0.2)
            if loop.time() < due:
                continue
            _, now = await asyncio.to_thread(self._read)
            if now != offered:
                offered = now
                async with get_client() as client:
                    for deployment in deployments.forms(now):
                        await self._apply(client, deployment)
            due = loop.time() + self.follow

    async def _apply(self, client: PrefectClient, deployment: RunnerDeployment) -> None:
        if self.pool is not None:
            deployment.name = self.pool  # several programmes may share a server, each with a pool of its own
        await keep_pauses(client, deployment)
        await deployment.aapply(work_pool_name=self.pool)

    def _read(self) -> tuple[str, dict[str, list[str]]]:
        app = self.open_app()
        try:
            return app.programme.zone, offers(app)
        finally:
            app.close()


async def make_pool(client: PrefectClient, name: str) -> None:
    """A work pool of processes, unless it is there."""
    template = ProcessWorker.get_default_base_job_template()
    with contextlib.suppress(ObjectAlreadyExists):
        await client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))


async def keep_pauses(client: PrefectClient, deployment: RunnerDeployment) -> None:
    """What a coordinator paused in the UI, a deployment or one schedule, stays paused when it is deployed again."""
    try:
        known = await client.read_deployment_by_name(deployment.full_name)
    except ObjectNotFound:
        return
    deployment.paused = known.paused
    active = {schedule.slug: schedule.active for schedule in known.schedules}
    for schedule in deployment.schedules or []:
        schedule.active = active.get(schedule.slug, True)


async def settle_unfinished(client: PrefectClient) -> int:
    """Runs that no process works on any more are set to CRASHED, which frees their place. How many there were.

    By force, since Prefect would keep a cancelling run cancelling. To be called when no runner is at work.
    """
    filter_ = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNFINISHED)))
    message = "It was under way when the programme was stopped. Nothing is lost; the next run goes on."
    number = 0
    while runs := await client.read_flow_runs(flow_run_filter=filter_, sort=FlowRunSort.ID_DESC, limit=100):
        for run in runs:
            await client.set_flow_run_state(run.id, Crashed(message=message), force=True)
        number += len(runs)
    return number


async def watch_heartbeats(client: PrefectClient) -> None:
    """Make the automation that sets a run to CRASHED when its heartbeats stop, unless it is there, on or off."""
    if await client.read_automations_by_name(AUTOMATION):
        return
    trigger = EventTrigger(
        after={"prefect.flow-run.heartbeat"},
        expect={"prefect.flow-run.heartbeat", *(f"prefect.flow-run.{name}" for name in FINAL_EVENTS)},
        match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=SILENCE,
    )
    action = ChangeFlowRunState(
        name="Crashed", state=StateType.CRASHED, message="Its process ended without a word.", force=True
    )
    why = "Frees the place of a run that died."
    await client.create_automation(
        AutomationCore(name=AUTOMATION, description=why, trigger=trigger, actions=[action])
    )
