"""The runner, in a thread of its own: mends what a crash left behind, deploys, polls for runs, follows the sessions.

Leaves processes to `flows/supervisor.py`. A thread, because Prefect's runner takes SIGTERM for itself in the main one.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from prefect import get_client
from prefect.automations import AutomationCore
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.events import EventTrigger
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound
from prefect.runner import Runner
from prefect.states import Crashed

from flows import deployments
from flows.choices import offers
from flows.skin import described, note
from steps.app import App

UNFINISHED = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
FINAL_EVENTS = ("Completed", "Failed", "Cancelled", "Crashed")
STOP_SECONDS = 5.0
SILENCE = timedelta(seconds=90)  # three heartbeats
AUTOMATION = "A run without a heartbeat has crashed"


class Serving(threading.Thread):
    """Runs until `stop`; after a failure tries again. `ready` is set when every deployment is there and polled for."""

    def __init__(self, open_app: Callable[[], App], stop: threading.Event, log: Path, follow: float) -> None:
        super().__init__(name="runner", daemon=True)
        self.open_app, self.stop, self.log, self.follow = open_app, stop, log, follow
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
        runner = Runner(name="letsconnect", pause_on_shutdown=False, limit=10, query_seconds=1)
        async with get_client() as client:
            await settle_unfinished(client)
            await watch_heartbeats(client)
            for deployment in deployments.everything(zone, offered):
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
        if polling.done() and not self.stop.is_set():
            raise polling.exception() or RuntimeError("the runner ended")

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
                for deployment in deployments.forms(now):
                    async with get_client() as client:
                        await keep_pauses(client, deployment)
                    await deployment.aapply()
            due = loop.time() + self.follow

    def _read(self) -> tuple[str, dict[str, list[str]]]:
        app = self.open_app()
        try:
            return app.programme.zone, offers(app)
        finally:
            app.close()


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
