"""The whole programme on sample people and embedded servers, so that everybody can see it work.

`run.py` tells the story; `people.py` writes the registrations; `servers.py` is the child process with SMTP, IMAP
(`postman.py`, `imap.py`) and the mail viewer (`viewer.py`) over the mails it caught (`caught.py`); `answers.py` are
the sample people answering. Nothing here is used in production.
"""
