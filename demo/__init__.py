"""The whole programme on sample people and embedded servers, so that everybody can see it work.

`run.py` tells the story; `people.py` writes the registrations; `servers.py` is the child process with SMTP, IMAP
(`postman.py`, `imap.py`) and the mail viewer (`viewer.py`) over the mails it caught (`caught.py`); `answers.py` are
the sample people answering by mail, `chats.py` those on Telegram, on the stand-in Bot API of `bot_api.py` and
`bot_server.py`. Nothing here is used in production.
"""
