"""A long text as several posts of a messenger, parted where a reader would part it."""

import re

POST = 4096  # UTF-16 code units: what one Telegram message may hold (https://core.telegram.org/method/messages.sendMessage)
# Where to part, best first: between paragraphs, lines, words.
_BORDERS = ("\n\n", "\n", " ")


def split(text: str, longest: int = POST) -> list[str]:
    """`text` in posts of at most `longest` UTF-16 units each, none empty; joined by their borders they are the text.

    At borders of paragraphs; a paragraph that is too long by itself at its lines, then its words, lastly anywhere.
    """
    return [post for post in _split(text.strip(), longest, _BORDERS) if post.strip()]


def _split(text: str, longest: int, borders: tuple[str, ...]) -> list[str]:
    if _units(text) <= longest:
        return [text]
    if not borders:
        return _anywhere(text, longest)
    posts: list[str] = []
    for piece in text.split(borders[0]):
        joined = f"{posts[-1]}{borders[0]}{piece}" if posts else piece
        if posts and _units(joined) <= longest:
            posts[-1] = joined
        else:
            posts += _split(piece, longest, borders[1:])
    return posts


def _anywhere(text: str, longest: int) -> list[str]:
    """Between characters; a base keeps the marks and joiners that belong to it as far as they fit."""
    posts = [""]
    for cluster in re.findall(r".[\u0300-\u036f\u200d\ufe0f]*", text, re.DOTALL):
        if posts[-1] and _units(posts[-1] + cluster) > longest:
            posts.append("")
        posts[-1] += cluster
    return posts


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
