"""The words: one template a message; renders to subject, HTML, text and chat.

`contexts.py` says what each message is told, `skeletons.py` renders, `catalogues.py` chooses the language. Which
message a person gets, and when, is decided in `steps/`; putting it into a MIME message is left to `channels/`.
"""
