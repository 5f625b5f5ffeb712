"""The one style sheet. Its address changes with its content, so that browsers may keep it for ever."""

import hashlib
from pathlib import Path

from starlette.responses import Response

SHEET = (Path(__file__).parent / "style.css").read_bytes()
ADDRESS = f"/style.css?{hashlib.sha256(SHEET).hexdigest()[:12]}"


def answer() -> Response:
    """The style sheet, for a year."""
    return Response(SHEET, media_type="text/css", headers={"cache-control": "public, max-age=31536000, immutable"})
