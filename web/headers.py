"""Headers that every page of ours carries: nothing remote, no scripts, no frames, no referrer, TLS where there is."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"permissions-policy", b"interest-cohort=(), browsing-topics=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
# RFC 6797; a year, this host only. Behind a proxy, X-Forwarded-Proto of a trusted one says so.
OVER_TLS = (b"strict-transport-security", b"max-age=31536000")


class SafeHeaders:
    """ASGI middleware that adds HEADERS and the Content-Security-Policy where the answer did not set them itself."""

    def __init__(self, app: ASGIApp, policy: str = POLICY) -> None:
        self.app = app
        self.headers = ((b"content-security-policy", policy.encode()), *HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = (*self.headers, OVER_TLS) if scope.get("scheme") == "https" else self.headers

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", []))
                names = {name for name, _ in own}
                message["headers"] = [*own, *((n, v) for n, v in wanted if n not in names)]
            await send(message)

        await self.app(scope, receive, answer)
