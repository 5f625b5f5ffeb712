"""Newsletter. Leaves everything to flows/issues.py and the steps behind it."""

from prefect import flow

from domain.newsletter import IssueKind
from flows.issues import Do, act
from flows.skin import show, step

NAME = "Newsletter"


@flow(name=NAME, persist_result=False)
async def send_newsletter(do: Do = "show the draft", code: str = "", check_links: bool = False) -> None:
    """Makes, shows and sends the monthly newsletter, for those who agreed to it.

    A draft is made by itself on the day that newsletter.toml says. Show it: its artifact has the text in every
    language, who gets it and who not, and a code. Approve with that code: exactly that is sent, to exactly them.

    Args:
        do: What to do with the open issue.
        code: To approve: the code at the beginning of the page that "show the draft" left.
        check_links: Ask every link of the issue whether it leads somewhere; takes some seconds.
    """
    text, news = await step(NAME, lambda app: act(app, IssueKind.NEWSLETTER, do, code, check_links))
    await show("newsletter", text, NAME, news=news)
