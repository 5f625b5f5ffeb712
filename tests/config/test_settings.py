"""Settings from the environment and the file: what is understood, and every problem of what is not."""

from pathlib import Path

import pytest

from config import settings
from config.settings import Server
from domain.errors import ConfigError


def load(tmp_path: Path, file: str | None = None, **environ: str) -> settings.Settings:
    path = tmp_path / "letsconnect.toml"
    if file is not None:
        path.write_text(file)
    given = {"LETSCONNECT_HOME": str(tmp_path / "home"), **{f"LETSCONNECT_{k}": v for k, v in environ.items()}}
    return settings.load(given, path)


def problems(tmp_path: Path, file: str | None = None, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, file, **environ)
    return [str(problem) for problem in error.value.problems]


def test_defaults(tmp_path: Path) -> None:
    found = load(tmp_path)
    home = tmp_path / "home"
    assert (found.home, found.db, found.incoming) == (home, home / "letsconnect.db", home / "incoming")
    assert (found.smtp, found.imap, found.secret, found.api_auth, found.mailbox) == (None, None, None, None, None)
    assert (found.smtp_connections, found.smtp_per_minute) == (8, None)


def test_environment_wins_over_the_file_and_empty_unsets(tmp_path: Path) -> None:
    file = 'smtp_connections = 3\nmailbox = "file@example.org"\n'
    found = load(tmp_path, file, SMTP_CONNECTIONS="5", MAILBOX=" ")
    assert (found.smtp_connections, found.mailbox) == (5, None)
    assert load(tmp_path, file).mailbox == "file@example.org"


def test_paths_of_the_file_are_the_projects_and_of_the_environment_the_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = load(tmp_path, 'incoming = "in"', DB="here.db")
    assert (found.incoming, found.db) == (settings.ROOT / "in", tmp_path / "here.db")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", Server("mail.example.org", 587, "", "", "starttls")),
        ("smtps://mail.example.org", Server("mail.example.org", 465, "", "", "implicit")),
        ("smtp://u%40x:p%3Aw@mail.example.org:25", Server("mail.example.org", 25, "u@x", "p:w", "starttls")),
        ("smtp://mail.example.org?tls=implicit", Server("mail.example.org", 465, "", "", "implicit")),
        ("smtp://127.0.0.1:1025?tls=none", Server("127.0.0.1", 1025, "", "", "none")),
        ("smtp://[::1]:1025?tls=none", Server("::1", 1025, "", "", "none")),
    ],
)  # fmt: skip
def test_smtp_url(tmp_path: Path, url: str, server: Server) -> None:
    assert load(tmp_path, SMTP_URL=url).smtp == server


def test_imap_url_names_a_folder(tmp_path: Path) -> None:
    found = load(tmp_path, IMAP_URL="imaps://u:p@mail.example.org/Let%27s%20Connect").imap
    assert found == Server("mail.example.org", 993, "u", "p", "implicit", "Let's Connect")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SMTP_URL", "smtp://mail.example.org?tls=none", "asks for no encryption to another host"),
        ("SMTP_URL", "smtp://mail.example.org?tls=maybe", "has an unknown tls="),
        ("SMTP_URL", "smtp://mail.example.org?speed=fast", "has an unknown option 'speed'"),
        ("SMTP_URL", "mail.example.org:587", "is not a mail server's URL"),
        ("SMTP_URL", "imap://mail.example.org", "is not a mail server's URL"),
        ("SMTP_URL", "smtp://mail.example.org:port", "is not a URL"),
        ("SMTP_URL", "smtp://mail.example.org:99999", "is not a URL"),
        ("SMTP_URL", "smtp://[::1", "is not a URL"),
        ("PAGES_URL", "pages.example.org", "is not a web address"),
        ("PAGES_URL", "http://pages.example.org", "is not encrypted"),
        ("PAGES_URL", "https://pages.example.org/(x)", "cannot stand in a mail as it is"),
        ("PAGES_PROXIES", "127.0.0.1, proxy.example.org", "'proxy.example.org' is no address and no network"),
        ("SHEET_URL", "http://sheets.example.org/x", "is not a web address. Write it as https://"),
        ("MAILBOX", "Let's Connect <l@example.org>", "is not an e-mail address"),
        ("MAILBOX", "a@b, c@d", "is not an e-mail address"),
        ("SMTP_CONNECTIONS", "0", "is not a whole number in range"),
        ("SMTP_CONNECTIONS", "65", "is not a whole number in range"),
        ("SMTP_PER_MINUTE", "1.5", "is not a whole number in range"),
        ("SECRET", "short", "is too short to be a secret"),
        ("API_AUTH", "coordinator", "is not user:password"),
        ("COLOUR", "red", "is not a setting"),
    ],
)
def test_wrong_value_names_the_setting(tmp_path: Path, name: str, value: str, words: str) -> None:
    (line,) = problems(tmp_path, **{name: value})
    assert line.startswith((f"LETSCONNECT_{name}: {words}", f"LETSCONNECT_{name} in the environment: {words}"))


def test_every_problem_at_once(tmp_path: Path) -> None:
    file = 'colour = "red"\nsmtp_connections = true\nmailbox = "x"\n'
    found = problems(tmp_path, file, SMTP_URL="x", SECRET="y", API_AUTH="z")
    assert [line.partition(":")[0] for line in found] == [
        "colour in letsconnect.toml", "smtp_connections in letsconnect.toml", "LETSCONNECT_SMTP_URL",
        "mailbox in letsconnect.toml", "LETSCONNECT_SECRET", "LETSCONNECT_API_AUTH",
    ]  # fmt: skip


@pytest.mark.parametrize("file", ["mailbox = ", "[", "\x00"])
def test_file_that_is_no_toml(tmp_path: Path, file: str) -> None:
    assert problems(tmp_path, file)[0].startswith("letsconnect.toml: cannot be read: ")


def test_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    secret = "hunter2-hunter2-hunter2"
    urls = {"SMTP_URL": f"smtp://u:{secret}@mail.example.org", "IMAP_URL": f"imaps://u:{secret}@mail.example.org"}
    found = load(
        tmp_path, **urls, SECRET=secret, API_AUTH=f"u:{secret}", TELEGRAM_TOKEN=secret,
        SHEET_URL=f"https://sheets.example.org/{secret}",
    )  # fmt: skip
    assert secret not in repr(found)
    shown = settings.in_force(found)
    assert secret not in str(shown)
    assert shown["LETSCONNECT_SMTP_URL"] == "***@mail.example.org:587/INBOX?tls=starttls"
    assert set(shown) == {f"LETSCONNECT_{name}" for name in settings.NAMES}
    wrong = problems(tmp_path, SMTP_URL=f"smtp://u:{secret}@mail.example.org:port", API_AUTH=secret)
    assert secret not in str(wrong)


def test_secret_files_are_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text("a-secret-of-sixteen-and-more\n")
    (home / "prefect-login").write_text("coordinator:pass\n")
    found = load(tmp_path)
    assert (found.secret, found.api_auth) == ("a-secret-of-sixteen-and-more", "coordinator:pass")


@pytest.mark.parametrize("address", ["http://cluster:8786", "tls://cluster"])
def test_address_that_is_no_scheduler(tmp_path: Path, address: str) -> None:
    (found,) = problems(tmp_path, DASK=address)
    assert found.startswith("LETSCONNECT_DASK: is not a Dask scheduler's address")


def test_cluster_and_a_pace_do_not_go_together(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, DASK="tls://cluster:8786", SMTP_PER_MINUTE="60")
    assert found.startswith("LETSCONNECT_DASK: cannot keep SMTP_PER_MINUTE over several machines")


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql://host/prefect", "postgresql+asyncpg://host"])
def test_database_of_prefect_that_will_not_do(tmp_path: Path, url: str) -> None:
    (found,) = problems(tmp_path, PREFECT_DATABASE=url)
    assert found.startswith("LETSCONNECT_PREFECT_DATABASE: is not a PostgreSQL database")
    assert url not in found
