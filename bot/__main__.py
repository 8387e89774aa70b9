"""``python -m bot``: run the bot with the settings of the environment and ``.env``."""

import sys

from bot import app, log
from bot.errors import BotError, SettingsWrong


def main() -> int:
    """Run until told to stop; 2 where the settings are wrong, 3 where Slack stays away."""
    try:
        app.start()
    except SettingsWrong as error:
        print(error, file=sys.stderr)
        return 2
    except BotError as error:
        print(error, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    except Exception:  # noqa: BLE001 - Python's own traceback is not redacted
        log.configure()
        log.crashed()
        return 70
    return 0


if __name__ == "__main__":
    sys.exit(main())
