"""The third-party Bot API server as a context: `with BotApiJudge() as judge: judge.url`. See `telegram_api.mjs`."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.needs import needs

HERE = Path(__file__).parent
TOKEN = "666:judge"  # of the bot that the package says every token is


class BotApiJudge:
    def __enter__(self) -> "BotApiJudge":
        node = shutil.which("node")
        needs(node, "node")
        package = HERE / "node_modules" / "telegram-test-api"
        needs(package.is_dir(), "telegram-test-api (npm install --prefix tests/judges)")
        command = [str(node), str(HERE / "telegram_api.mjs"), TOKEN]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{json.loads(self._process.stdout.readline())['port']}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def write(self, user: int, text: str) -> None:
        self._do("command" if text.startswith("/") else "message", user, text)

    def press(self, user: int, data: str) -> None:
        self._do("press", user, data)

    def said(self, user: int) -> list[dict[str, Any]]:
        """The bot's messages to a chat, oldest first, as the package keeps them."""
        history = self._do("history", user, "")
        ours = [one["message"] for one in history if "chat_id" in one.get("message", {})]
        return [message for message in ours if str(message["chat_id"]) == str(user)]

    def _do(self, act: str, user: int, text: str) -> list[dict[str, Any]]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"act": act, "user": user, "text": text}) + "\n")
        self._process.stdin.flush()
        return list(json.loads(self._process.stdout.readline()))


def data_of(message: dict[str, Any]) -> list[str]:
    """What a kept message's buttons bring back."""
    rows = message["reply_markup"]["inline_keyboard"]
    return [button["callback_data"] for row in rows for button in row]
