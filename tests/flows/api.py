"""A small client of Prefect's HTTP API, as a program of others would ask it: without Prefect's two seconds of import.

Knows the login and the CSRF token of a protected server; leaves everything else to Prefect's own client.
"""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx

FINAL = frozenset({"COMPLETED", "FAILED", "CANCELLED", "CRASHED"})
CLIENT = "letsconnect"
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds


class Api:
    """`url` is the UI's address; `login` is user:password. httpx.HTTPError when the server cannot be asked."""

    def __init__(self, url: str, login: str) -> None:
        user, _, password = login.partition(":")
        self.client = httpx.Client(base_url=f"{url}/api", auth=(user, password), timeout=30)

    def __enter__(self) -> "Api":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.client.close()

    def get(self, path: str) -> Any:
        return self._json(self._ask("GET", path))

    def post(self, path: str, body: object = None) -> Any:
        return self._send("POST", path, {} if body is None else body)

    def patch(self, path: str, body: object) -> Any:
        return self._send("PATCH", path, body)

    def _send(self, method: str, path: str, body: object) -> Any:
        token = self.get(f"/csrf-token?client={CLIENT}")["token"]
        headers = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": CLIENT}
        return self._json(self._ask(method, path, json=body, headers=headers))

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Again while the server's database is busy, which it says with 503 and having done nothing."""
        for pause in PAUSES:
            answer = self.client.request(method, path, **more)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            time.sleep(pause)
        return self.client.request(method, path, **more)

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def deployment(self, name: str, pool: str = "") -> dict[str, Any]:
        """The deployment of the flow of that name, as Prefect describes it; `pool`: where there is one."""
        found: dict[str, Any] = self.get(f"/deployments/name/{name}/{pool or name}")
        return found

    def run(self, name: str, parameters: Mapping[str, object] | None = None, pool: str = "") -> str:
        """Start the flow of that name, as its "Run" button does. The run's id."""
        path = f"/deployments/{self.deployment(name, pool)['id']}/create_flow_run"
        return str(self.post(path, {"parameters": dict(parameters or {}), "state": {"type": "SCHEDULED"}})["id"])

    def wait(self, run_id: str, seconds: float = 60.0) -> str:
        """The final state of a run, such as COMPLETED; TimeoutError when it has none after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.get(f"/flow_runs/{run_id}")["state_type"]
            if state in FINAL:
                return str(state)
            time.sleep(0.2)
        raise TimeoutError("the run has not ended")

    def artifact(self, key: str) -> str | None:
        """The newest artifact of that key as its author wrote it, or None."""
        answer = self._ask("GET", f"/artifacts/{key}/latest")
        return None if answer.status_code == 404 else str(self._json(answer)["data"])
