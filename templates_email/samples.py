"""Made-up messages, one for every branch of every template: for looking at, and for the golden files.

The session speaks English in every language, as a real one would; names and zones change with the reader.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.translations import FIELDS, Localized
from templates_email import afterwards, chats, checklists, contexts, surveys
from templates_email.contexts import Cancellation, Change, Invitation, RsvpConfirmation, Update, Welcome
from templates_email.fields import Context
from templates_email.formats import Moment
from templates_email.sample_issues import add_issues

READERS = {
    "en": ("Amina Okafor", "Africa/Lagos"),
    "es": ("Lucía Fernández", "America/Argentina/Buenos_Aires"),
    "fr": ("Aya Kouassi", "Africa/Casablanca"),
    "pt": ("João da Silva", "America/Sao_Paulo"),
    "ar": ("سارة حداد", "Asia/Amman"),
}
_STARTS_AT = datetime(2026, 12, 3, 13, 0, tzinfo=UTC)
_PURPOSE = """\
Learn to turn an idea into a grant proposal that a committee understands.

- what a *good* objective looks like
- a budget in one page, see [the template](https://meta.example/templates/budget)
"""
_PREPARATION = "1. Bring one idea of your own.\n2. Read the case study (2 pages)."


_IN_ARABIC = {
    "title": "كتابة المقترحات والميزانيات",
    "purpose": "تعلّم كيف تحوّل فكرة إلى مقترح منحة تفهمه اللجنة.",
    "preparation": "1. أحضر فكرة من عندك.\n2. اقرأ دراسة الحالة (صفحتان).",
}


_LINK = "https://t.me/connect_sample_bot?start=1041-k3v7q2n5x4b6m1c8z0p9r7t5"


_PAGES = "https://pages.example"
_CASE_PAGE = "https://pages.example/sessions/7/case-study"
_CASE = (afterwards.ResourceLine("case_study", "A school in Oaxaca", _CASE_PAGE, "", False, 0, False),)
_TOLD = (
    contexts.Told("What did you do?", "We wrote it together, one evening a week."),
    contexts.Told("What would you do differently?", "Begin earlier & ask more people."),
)
_PAGE = "https://pages.example/rsvp/1.1041-20793-k3v7q2n5x4b6m2c7z3p6r7t5"
_STOP = "https://pages.example/unsubscribe/k3v7q2n5x4b6-21193-m2c7z3p6r7t5k3v7q2n5x4b6"


def samples(language: str) -> dict[str, Context]:
    """Messages by case name, `<message>` or `<message>-<branch>`, to a reader of `language`."""
    name, zone = READERS.get(language, READERS["en"])
    found: dict[str, Context] = {}

    def add(case: str, kind: type[Context], **values: Any) -> None:
        found[f"{kind.message}-{case}" if case else kind.message] = kind(**values)

    person = {"programme": "Let's Connect", "mailbox": "hello@connect.example", "name": name, "reference": "LC-7K2M-4Q"}
    session = {
        **person,
        "title": "Writing proposals & budgets",
        "venue": "https://meet.example/clinic?room=7&lang=en",
        "when": Moment(_STARTS_AT, 120, zone),
    }
    _add_calendar_letters(add, session, zone)
    _add_reminders(add, session)
    _add_programme_letters(add, person, zone)
    add_issues(add, person, language, zone)
    _add_chats(add, name, zone)
    _add_surveys(add, session, zone)
    _add_afterwards(add, session)
    _add_checklists(add, session, zone)
    return found


def _add_calendar_letters(add: Any, session: dict[str, Any], zone: str) -> None:
    about = {
        **session,
        "purpose": _PURPOSE,
        "audience": "Everybody who plans to ask for a grant. No experience needed.",
        "preparation": _PREPARATION,
        "languages": ("en", "fr"),
        "interpretation": ("ar", "es"),
        "sharers": ("Chidi Eze", "Rosa Quispe"),
    }
    asking = {**about, "has_rsvp_link": True, "rsvp_link": _PAGE, "has_stop_link": True, "stop_link": _STOP}
    bare = {**session, "venue": "", "languages": ("sw",)}
    moved = (Change("time", Moment(datetime(2026, 12, 1, 23, 30, tzinfo=UTC), 90, zone), session["when"]),)
    words = (
        Change("title", "Writing proposals", "Writing proposals & budgets"),
        Change("venue", "Room 3", "https://meet.example/clinic?room=7&lang=en"),
        Change("purpose"),
        Change("audience"),
        Change("preparation", "Nothing", ""),
        Change("languages", ("en",), ("en", "fr")),
        Change("interpretation", (), ("ar", "es")),
        Change("sharers", ("Chidi Eze",), ("Chidi Eze", "Rosa Quispe")),
    )

    add("registration", Invitation, **asking, origin="registration")
    add("own-words", Invitation, **{**asking, **_told(about)}, origin="registration")
    add("translated", Invitation, **{**asking, **_told(about, _IN_ARABIC)}, origin="registration")
    add("general", Invitation, **about, origin="general")
    add("bare", Invitation, **bare, origin="general")
    add("time-answered", Update, **asking, origin="registration", changes=moved, time_changed=True, has_answered=True)
    add("time-open", Update, **about, origin="general", changes=moved, time_changed=True)
    add("words-answered", Update, **about, origin="registration", changes=words, has_answered=True)
    retitled = (Change("title", Localized("Writing proposals", "en"), _told(about, _IN_ARABIC)["title"]),)
    again = {**about, **_told(about, _IN_ARABIC), "changes": retitled}
    add("retitled", Update, **again, origin="registration", has_answered=True)
    add("words-open", Update, **about, origin="general", changes=words)
    add("session", Cancellation, **session, origin="registration", reason="Our sharer has fallen ill.")
    add("person", Cancellation, **session, origin="general", scope="person")
    for answer in ("yes", "no", "maybe"):
        add(answer, RsvpConfirmation, **session, origin="registration", answer=answer)


def _told(about: dict[str, Any], arabic: Mapping[str, str] | None = None) -> dict[str, Localized]:
    """A session that speaks English, and perhaps says some of it in Arabic too."""
    arabic = arabic or {}
    return {
        field: Localized(about[field], "en", (("ar", arabic[field]),) if field in arabic else ()) for field in FIELDS
    }


def _add_reminders(add: Any, session: dict[str, Any]) -> None:
    more = {"preparation": _PREPARATION, "sharers": ("Chidi Eze", "Rosa Quispe")}
    for ahead in ("days", "hour"):
        page = {"has_rsvp_link": True, "rsvp_link": _PAGE} if ahead == "days" else {}
        for answer, origin in (("yes", "registration"), ("maybe", "general"), ("none", "general")):
            about = {**session, **more, **page, "origin": origin, "ahead": ahead, "answer": answer}
            add(f"{ahead}-{answer}", contexts.Reminder, **about)
    read = {**session, **more, "origin": "registration", "ahead": "days", "answer": "yes"}
    add("days-case", contexts.Reminder, **read, resources=_CASE)
    add("days-told", contexts.Reminder, **read, told=_TOLD)
    bare = {**session, "venue": "Library, room 3"}
    add("hour-bare", contexts.Reminder, **bare, origin="registration", ahead="hour", answer="yes")
    page = {"has_rsvp_link": True, "rsvp_link": _PAGE}
    add("mail", contexts.Nudge, **session, **page, origin="registration", sender="Amina", attempt="mail")
    add("chat", contexts.Nudge, **session, origin="general", sender="Amina", attempt="chat")


def _add_programme_letters(add: Any, person: dict[str, Any], zone: str) -> None:
    telegram = {"has_telegram_link": True, "telegram_link": _LINK}
    coming = (
        contexts.SessionLine("Writing proposals & budgets", Moment(_STARTS_AT, 120, zone)),
        contexts.SessionLine("Orientation", Moment(datetime(2026, 12, 9, 23, 0, tzinfo=UTC), 90, zone)),
    )
    desk = (
        contexts.DeskItem("Mails that nobody has read", 2, "12 November", "letsconnect inbox list"),
        contexts.DeskItem("Plans that wait for approval", 1, "", "The form “Approve a plan”"),
    )
    add("", Welcome, **person)
    add("telegram", Welcome, **person, **telegram, has_stop_link=True, stop_link=_STOP)
    add("means", Welcome, **person, means=True, asked=90, granted=1)
    confirm = "https://pages.example/confirm/17-20783-k3v7q2n5x4b6m1c8z0p9r7t5"
    add("", contexts.ConfirmRegistration, **person, link=confirm)
    add("", contexts.MyPage, **person, link="https://pages.example/me/1041-20823-k3v7q2n5x4b6m2c7z3p6r7t5")
    add("", contexts.ProposeLink, **person, link="https://pages.example/begin/7-20788-abcdefghijklmnopqrstuvwx")
    add("session", contexts.ConfirmRegistration, **person, link=confirm, title="Writing proposals & budgets")
    add("", contexts.GuestInvite, **person, title="Writing proposals & budgets")
    page = {"has_link": True, "link": "https://pages.example/register"}
    add("page", contexts.GuestInvite, **person, title="Writing proposals & budgets", **page)
    add("", contexts.OnboardingStart, **person, **telegram, sessions=coming)
    add("bare", contexts.OnboardingStart, **person)
    add("", contexts.OnboardingSkills, **person)
    add("first", contexts.NeverCame, **person, attempt="first", sessions=coming)
    add("last", contexts.NeverCame, **person, attempt="last")
    add("", contexts.Desk, **person, items=desk)
    relay = {"title": "Writing proposals & budgets", "sender": "Ben Kimaro", "lines": (
        contexts.Line("What shall I bring?"), contexts.Line("Thank you, and bye."),
    )}  # fmt: skip
    answer = "https://pages.example/answer/17-20783-k3v7q2n5x4b6m1c8z0p9r7t5"
    add("question", contexts.Relay, **person, **relay, way="question", link=answer)
    add("answer", contexts.Relay, **person, **relay, way="answer", link=answer)


def _add_chats(add: Any, name: str, zone: str) -> None:
    first_name = name.split()[0]
    title, when = "Writing proposals & budgets", Moment(_STARTS_AT, 120, zone)
    link = "https://meet.example/clinic?room=7&lang=en"
    mine = (
        chats.ChatSession(title, when, link, "yes"),
        chats.ChatSession("Orientation", when, "", "none"),
        chats.ChatSession("Coffee", when, "Library, room 3", "maybe"),
        chats.ChatSession("Maps", when, link, "no"),
    )
    words = {"languages": ("en", "fr"), "audience": "Everybody who plans to ask for a *grant*.", "link": link}
    add("", chats.Announcement, title=title, when=when, **words)
    add("bare", chats.Announcement, title=title, when=when)
    add("", chats.LinkQuestion, first_name=first_name)
    add("", chats.Linked, first_name=first_name)
    add("", chats.LinkRefused)
    add("linked", chats.Help, programme="Let's Connect", linked=True)
    add("stranger", chats.Help, programme="Let's Connect", linked=False)
    add("", chats.Mine, sessions=mine)
    add("many", chats.Mine, sessions=mine * 3)
    add("none", chats.Mine, sessions=())
    for answer in ("yes", "no", "maybe"):
        add(answer, chats.Answered, title=title, when=when, answer=answer)
    add("", chats.Stale, title=title, when=when)
    add("", chats.Gone, title=title)
    add("", chats.Stopped)
    add("", chats.Started)
    add("", chats.LanguageQuestion)
    add("", chats.LanguageChosen, language="pt-BR")
    add("", chats.Unknown)


_YES_NO = (surveys.OptionLine("", "Yes"), surveys.OptionLine("", "No"))
_RATING = surveys.QuestionLine(
    1,
    "rating",
    "How useful was this session for you?",
    tuple(
        surveys.OptionLine(str(number), label)
        for number, label in enumerate(
            ("not useful", "a little useful", "fairly useful", "very useful", "extremely useful"), 1
        )
    ),
)
_MORE = (
    surveys.QuestionLine(2, "yes_no", "Did the session meet your expectations?", _YES_NO),
    surveys.QuestionLine(6, "text", "What should we keep, and what should we do better?"),
)
_USED = surveys.QuestionLine(1, "yes_no", "Have you used what you learned?", _YES_NO)
_OBSTACLE = surveys.QuestionLine(
    4,
    "choice",
    "What kept you from it?",
    (surveys.OptionLine("a", "no time so far"), surveys.OptionLine("b", "I would need some help")),
    1,
    "No",
)
_USE = (
    surveys.QuestionLine(2, "text", "What did you do with it?", (), 1, "Yes"),
    surveys.QuestionLine(3, "link", "Is there a link where we can see it?", (), 1, "Yes"),
    _OBSTACLE,
)
_SURVEY_LINK = "https://connect.example/survey/17-20786-k3v7q2n5x4b6m1c8z0p9r7t5"


def _add_surveys(add: Any, session: dict[str, Any], zone: str) -> None:
    person = {key: session[key] for key in ("programme", "mailbox", "name", "reference")}
    about = {**person, "title": session["title"]}
    opinion = {**about, "survey": "Your opinion of the session", "anonymous": True, "more": _MORE}
    used = {**about, "survey": "Have you used it?", "anonymous": False, "more": _USE}
    link = {"has_link": True, "link": _SURVEY_LINK}
    until = Moment(datetime(2026, 12, 17, 15, 0, tzinfo=UTC), 0, zone)
    add("", surveys.AskSurvey, **opinion, **link, first=_RATING, when=session["when"])
    add("check", surveys.AskSurvey, **used, first=_USED, check=True, when=session["when"])
    add("", surveys.RemindOfSurvey, **opinion, **link, first=_RATING, until=until, last=False)
    add("last", surveys.RemindOfSurvey, **used, first=_OBSTACLE, until=until, last=True)
    add("", surveys.ThankForSurvey, **{**used, **link}, noted="1, 4")
    add("whole", surveys.ThankForSurvey, **{**opinion, "more": ()}, noted="1, 2, 6")
    title = session["title"]
    add("rating", surveys.ChatSurvey, title=title, number=1, of=6, question=_RATING, begins=True)
    add("choice", surveys.ChatSurvey, title=title, number=2, of=2, question=_OBSTACLE)
    add("text", surveys.ChatSurvey, title=title, number=6, of=6, question=_MORE[1])
    add("link", surveys.ChatSurvey, title=title, number=3, of=3, question=_USE[1])
    add("again", surveys.ChatSurvey, title=title, number=3, of=3, question=_USE[1], again=True)
    add("", surveys.ChatSurveyDone, anonymous=True)
    add("named", surveys.ChatSurveyDone, anonymous=False)
    add("", surveys.ChatSurveyOver, answered=False)
    add("answered", surveys.ChatSurveyOver, answered=True)
    add("", surveys.ChatSurveyNone)


_FILES = "https://commons.example/wiki/File:"
_LEFT = (
    afterwards.ResourceLine("recording", "Writing proposals", _FILES + "Proposals.webm", "en", True, 84_000_000, True),
    afterwards.ResourceLine("slides", "Writing proposals", _FILES + "Proposals.pdf", "fr", True, 2_400_000, True),
    afterwards.ResourceLine("case_study", "A school in Oaxaca", _FILES + "Oaxaca.pdf", "", False, 0, False),
    afterwards.ResourceLine("template", "Budget in one page", _FILES + "Budget.ods", "en", True, 31_000, True),
    afterwards.ResourceLine("translation", "Budget in one page", _FILES + "Budget-ar.ods", "ar", True, 0, False),
    afterwards.ResourceLine("link", "Our notes", "https://meta.example/wiki/Proposals", "", False, 0, False),
)
_CERTIFICATE = "https://connect.example/certificate/17-24472-k3v7q2n5x4b6m1c8z0p9r7t5"


def _add_afterwards(add: Any, session: dict[str, Any]) -> None:
    person = {key: session[key] for key in ("programme", "mailbox", "name", "reference")}
    about = {**person, "title": session["title"], "when": session["when"]}
    add("came", afterwards.Materials, **about, came=True, resources=_LEFT, sharers=("Chidi Eze", "Rosa Quispe"))
    add("missed", afterwards.Materials, **about, came=False, resources=_LEFT[:1])
    page = "https://connect.example/sessions/7"
    add("credited", afterwards.Thanks, **about, people=17, resources=6, credited=True, link=page)
    add("bare", afterwards.Thanks, **about, people=0, resources=0)
    add("led", afterwards.BadgeEarned, **person, badge="Sharer", led=True, has_link=True, link=_CERTIFICATE)
    add("attended", afterwards.BadgeEarned, **person, badge="Learner", led=False)
    for ask in ("mentoring", "review", "community"):
        add(ask, afterwards.RequestNoted, **person, ask=ask, asked=1, granted=0)
    add("means", afterwards.RequestNoted, **person, ask="means", asked=90, granted=1)
    group = afterwards.Group
    brief = {
        "people": 17,
        "spoken": (afterwards.Spoken("en", 8), afterwards.Spoken("fr", 6), afterwards.Spoken("ar", 3)),
        "wanted": ("ar",),
        "levels": (group("beginner", 9, level="beginner"), group("daily user", 4), group("", 3, other=True)),
        "lines": (group("slow at times", 7), group("good", 5)),
        "hopes": (group("Proposal writing for funding", 11), group("Data visualisation", 4)),
    }
    add("early", afterwards.AudienceBrief, **about, **brief, early=True)
    add("", afterwards.AudienceBrief, **about, **brief, early=False)
    add("nobody", afterwards.AudienceBrief, **about, people=0, early=False)
    said = "How we count with queries"
    add("title", afterwards.ProposalAsk, **person, field="title", begun=False)
    add("purpose", afterwards.ProposalAsk, **person, field="purpose", begun=True, proposal=said)
    add("wanted", afterwards.ProposalAsk, **person, field="wanted", begun=True, proposal=said)
    own: dict[str, Any] = {"has_link": True, "link": "https://pages.example/propose/1041-20883-k3v7q2n5x4b6m2c7z3p6r7t5"}
    add("again", afterwards.ProposalAsk, **person, field="title", begun=False, again=True, **own)
    add("", afterwards.ProposalComplete, **person, proposal=said)
    chat = {"name": session["name"], "proposal": said}
    add("title", afterwards.ChatProposal, said="asked", name=session["name"])
    add("purpose", afterwards.ChatProposal, said="noted", field="purpose", **chat)
    add("wanted", afterwards.ChatProposal, said="unclear", field="wanted", **chat)
    add("complete", afterwards.ChatProposal, said="complete", **chat)
    for ended in ("withdrawn", "nothing"):
        add(ended, afterwards.ChatProposal, said=ended)
def _add_checklists(add: Any, session: dict[str, Any], zone: str) -> None:
    person = {key: session[key] for key in ("programme", "mailbox", "name", "reference", "title")}
    link = {"has_link": True, "link": "https://connect.example/checklist/17-20786-k3v7q2n5x4b6m1c8z0p9r7t5"}

    def line(title: str, day: int, hint: str = "", late: bool = False) -> checklists.DutyLine:
        return checklists.DutyLine(title, hint, Moment(datetime(2026, 11, day, 13, 0, tzinfo=UTC), 0, zone), late)

    described = (
        "Describe the session in a few sentences", "Three short answers; people read them before they decide to come."
    )
    purpose = checklists.SheetLine(1, "What is it for?", head=described[0])
    audience = checklists.SheetLine(
        2, "Who is it for?", "Newcomers, or people who know it already? Any role, project or language?"
    )
    situation = checklists.SheetLine(
        4, "What was the situation, and what did you want?", "Who you are, where and when, what the problem was.",
        head="Write the case study",
    )  # fmt: skip
    given = checklists.SheetLine(1, "What is it for?", answer="To turn an idea into a proposal.\nAnd a budget.")
    needed = checklists.SheetLine(3, "What should one know, read or bring?", passed=True)
    guide = (
        checklists.GuideLine("What a learning clinic is", title=True),
        checklists.GuideLine("Half of the time is theirs: they ask, and work on something of their own."),
        checklists.GuideLine("The two hours", title=True),
        checklists.GuideLine("0:10 – Your case, in twenty minutes at most."),
        checklists.GuideLine("0:30 – Questions about it."),
    )
    sheets = {"guide": guide, "questions": (purpose, audience, situation)}
    roles = "Share out the roles"
    lines = (line(described[0], 21, described[1]), line("Share the link to your slides", 28))
    squeezed = (line(described[0], 29, described[1], late=True), line(roles, 30))
    after = (line("Send the link to the recording", 30),)
    plan = {**person, "when": session["when"], "after": after}
    add("", checklists.PrepPack, **plan, **link, **sheets, lines=lines, entry=True)
    add("late", checklists.PrepPack, **plan, lines=squeezed, late=True)
    add("moved", checklists.PrepPack, **plan, **sheets, lines=lines, moved=True, entry=True)
    add("renewed", checklists.PrepPack, **plan, lines=squeezed, late=True, renewed=True, entry=True)
    for why in ("cancelled", "left", "shares"):
        add(why, checklists.PrepReleased, **person, when=session["when"], why=why, entry=why != "left")
    due = Moment(datetime(2026, 11, 21, 13, 0, tzinfo=UTC), 0, zone)
    asked = {**person, "due": due}
    sheet = {"item": described[0], "hint": described[1], "way": "text", "sheet": True}
    first = {"questions": (purpose, audience), "attempt": "first"}
    add("", checklists.AskSharer, **asked, **link, **sheet, **first)
    add("begun", checklists.AskSharer, **asked, **sheet, questions=(audience,), given=(given, needed), attempt="again",
        noted=(checklists.GuideLine("Say how many people can take part"),))  # fmt: skip
    add("right", checklists.AskSharer, **asked, **sheet, given=(given, needed), attempt="first")
    add("again", checklists.AskSharer, **asked, item="Share the link to your slides", way="link", attempt="again")
    add("co", checklists.AskSharer, **asked, item=roles, way="tick", attempt="co_sharer", owner="Chidi Eze")
    places = "Say how many people can take part"
    add("number", checklists.AskSharer, **asked, item=places, way="number", attempt="first")
    case = {"item": "Write the case study", "way": "file"}
    add("file", checklists.AskSharer, **asked, item="Plan the session step by step", way="file", attempt="first")
    add("case", checklists.AskSharer, **asked, **case, sheet=True, questions=(situation,), attempt="first")
    noted = {**person, "item": described[0], "given": (given, needed)}
    add("", checklists.ChecklistNoted, **noted, **link, questions=(audience,))
    add("complete", checklists.ChecklistNoted, **noted, complete=True)
    add("file", checklists.ChecklistNoted, **person, **link, item="Share the link to your slides", file=True)
    add("", checklists.ChatGuide, title=session["title"], guide=guide)
    question = {"question": audience.text, "hint": audience.hint, "number": 2, "of": 3}
    asks = {"item": described[0], "way": "text", "left": 3, **question}
    for said in ("next", "answer", "wrong"):
        add(f"question-{said}", checklists.ChatChecklist, said=said, **asks)
    add("case", checklists.ChatChecklist, said="next", **(asks | case))
    public = f"{_PAGES}/sessions/7/case-study"
    add("case-done", checklists.ChatChecklist, said="done", **case, left=3, of=4, page=public)
    add("file-here", checklists.ChatChecklist, said="file", item="Share the link to your slides", way="link",
        left=3, mailbox=person["mailbox"])  # fmt: skip
    for said in ("done", "not_needed", "help", "over"):
        add(said, checklists.ChatChecklist, said=said, item=roles, way="tick", left=3)
    add("last", checklists.ChatChecklist, said="done", item=roles, way="tick")
    add("text", checklists.ChatChecklist, said="answer", item=roles, way="text", left=3)
    add("wrong", checklists.ChatChecklist, said="wrong", item=places, way="number", left=3)
    add("link", checklists.ChatChecklist, said="wrong", item="Share the link to your slides", way="link", left=3)
