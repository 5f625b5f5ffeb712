"""The coordinator's terminal: `letsconnect ...`."""


def main() -> int:
    return 0
