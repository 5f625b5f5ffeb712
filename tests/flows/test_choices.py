from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect.utilities.callables import parameter_schema

from domain.errors import UserError
from flows import choices
from flows.send_invitations import send_invitations
from steps import sessions, setup
from steps.app import App, open_app

NOW = datetime(2026, 11, 22, 2, 45, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> App:
    environ = {"LETSCONNECT_HOME": str(tmp_path)}
    setup.init(open_app(NOW, environ))
    return open_app(NOW, environ)


def test_label_of_a_session_has_its_id_title_and_utc_time(app: App) -> None:
    fields = {"title": "Proposal writing", "start": "2026-12-03T15:00+01:00"}
    session = sessions.add(app, fields, "test")
    assert choices.label(session) == f"{session.id} · Proposal writing · 2026-12-03 14:00 UTC"
    assert sessions.find(app, choices.session_ref(choices.label(session))) == session


def test_label_that_is_no_session_is_refused() -> None:
    with pytest.raises(UserError) as refused:
        choices.session_ref(choices.NONE)
    assert str(refused.value) == (
        "session: is not one of the sessions to choose from. Add one: letsconnect session add"
    )


@pytest.mark.parametrize("labels", [["1 · A · 2026-12-03 14:00 UTC"], ["1 · A", "2 · B"]])
def test_offering_changes_the_choices_only(labels: list[str]) -> None:
    offered = choices.offering(send_invitations, labels)
    form, original = parameter_schema(offered), parameter_schema(send_invitations)
    assert form.properties["session"] == original.properties["session"] | {"enum": labels}
    assert {k: v for k, v in form.properties.items() if k != "session"} == {
        k: v for k, v in original.properties.items() if k != "session"
    }
    assert (offered.__module__, offered.__name__) == ("flows.send_invitations", "send_invitations")
    assert "enum" not in original.properties["session"]


def test_offering_without_a_session_says_so() -> None:
    assert parameter_schema(choices.offering(send_invitations, [])).properties["session"]["enum"] == [choices.NONE]
