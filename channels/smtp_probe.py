"""For `doctor`: connect, log in, quit, and say in a line what is there or what a person must mend. Sends no mail."""

import time
from collections.abc import Sequence
from selectors import DefaultSelector

from channels.smtp_actions import Action, Broken, Idle
from channels.smtp_dial import Directory, Endpoint
from channels.smtp_pool import Connection
from channels.smtp_session import SmtpSession
from domain.deliveries import Phase, Trouble
from domain.errors import Problem, UserError

REMEDIES = {
    Phase.CONNECT: "Check the host, the port and the kind of TLS, and that this machine may connect out",
    Phase.GREETING: "Ask whoever runs the server whether this machine may use it",
    Phase.EHLO: "Check the host and the port; this may not be a mail submission server",
    Phase.STARTTLS: "Check the port and the kind of TLS (465 is implicit, 587 STARTTLS) and the server's certificate",
    Phase.AUTH: "Check the user name and the password; many providers want an app password",
}


def probe(endpoint: Endpoint, session: SmtpSession) -> Trouble | None:
    """Trouble, or None when the server took us up to the point where mail would begin."""
    ended: list[Trouble | None] = []

    def act(connection: Connection, actions: Sequence[Action]) -> None:
        for action in actions:
            if isinstance(action, Idle):
                connection.do(connection.session.quit())
            elif isinstance(action, Broken):
                ended.append(action.trouble)

    with DefaultSelector() as selector:
        connection = Connection(Directory(endpoint), session, act, selector)
        until = time.monotonic() + endpoint.connect_timeout
        connection.open()
        while not ended and (left := until - time.monotonic()) > 0:
            for key, events in selector.select(left):
                key.data(events)
        connection.drop()
    if ended:
        return ended[0]
    # Silence after QUIT is no reason for complaint.
    return None if session.ready else Trouble(Phase.CONNECT, "the server did not answer in time")


def in_words(endpoint: Endpoint, trouble: Trouble | None, logged_in: bool) -> str:
    """One line for `doctor`; raises UserError with the remedy when there is trouble."""
    where = f"SMTP {endpoint.host}:{endpoint.port}"
    if trouble is not None:
        raise UserError(Problem(trouble.reason, where, REMEDIES.get(trouble.phase, "")))
    if endpoint.context is None:
        return f"{where} answers, without TLS" + (", and takes the login" if logged_in else "")
    kind = "implicit TLS" if endpoint.implicit else "STARTTLS"
    return f"{where} answers over {kind}" + (" and takes the login" if logged_in else "")
