"""The environment of Prefect's server, of the runner and of every flow run; pure, nothing is set here.

Prefect reads its settings when it is imported, from the environment first, then from `.env`, `prefect.toml` and
`pyproject.toml` of the working directory. So the supervisor works in a folder of its own, everything that matters is
set here, and an inherited PREFECT_ variable never points a programme's runs at somebody else's server.
"""

from collections.abc import Mapping

from config.settings import PREFIX, Settings
from domain.errors import Problem, UserError

PREFECT = "PREFECT_"
KEEP_DAYS = 30  # of run history: a run every two minutes makes about 10 kB
WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104  compared with, never listened on by default


def origin(host: str, port: int) -> str:
    """The address at which a browser on this machine finds the server."""
    name = "127.0.0.1" if host in WILDCARDS else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def for_runs(environ: Mapping[str, str], settings: Settings, host: str, port: int) -> dict[str, str]:
    """The environment of the runner, of flow runs and, but for LETSCONNECT_, of the server.

    UserError when there is no login yet: the server is never started without one.
    """
    if settings.api_auth is None:
        what = "there is no login for the Prefect UI yet"
        raise UserError(Problem(what, "LETSCONNECT_API_AUTH", "Run: letsconnect init"))
    url = origin(host, port)
    own = f"sqlite+aiosqlite:///{settings.home / 'prefect' / 'prefect.db'}"
    ours = {
        # whose state
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": settings.prefect_database or own,
        "PREFECT_API_URL": f"{url}/api",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        # Relative: right behind a tunnel, a proxy or another name of this machine as well.
        "PREFECT_SERVER_UI_API_URL": "/api",
        # who may
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": settings.api_auth,
        "PREFECT_API_AUTH_STRING": settings.api_auth,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        # nobody is told
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # The newer UI asks an analytics company for its settings in every browser, whatever the setting above says;
        # the older one asks nobody. It stays one click away.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # nothing of a person is kept
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_LOG_PRINTS": "false",
        # what is kept is bounded
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_DAYS * 86400),
        # After a pause of the programme five ticks wait at most, not thirty.
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT10M",
        # A dead run is found by its missing heartbeat; 30 s is the least Prefect allows.
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        # As soon as the runner of one machine asks, do workers of a pool.
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        # The terminal belongs to `up`; a run's own log is in the UI.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
        "PYTHONSAFEPATH": "1",
    }
    paths = {"HOME": settings.home, "DB": settings.db, "PROGRAMME": settings.programme, "INCOMING": settings.incoming}
    if settings.mail_ca:
        paths["MAIL_CA"] = settings.mail_ca
    # Absolute, because the children work in another folder.
    places = {PREFIX + name: str(path.absolute()) for name, path in paths.items()}
    return without(environ, PREFECT) | places | ours


def for_worker(environ: Mapping[str, str], settings: Settings, url: str) -> dict[str, str]:
    """The environment of a worker, and of the flow runs it starts, for the Prefect server whose UI is at `url`."""
    full = for_runs(environ, settings, "127.0.0.1", 0)
    return without(without(full, f"{PREFECT}SERVER_"), f"{PREFIX}PREFECT_") | {"PREFECT_API_URL": f"{url}/api"}


def without(environ: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The environment of a child that has no business with the variables of that prefix."""
    return {name: value for name, value in environ.items() if not name.startswith(prefix)}
