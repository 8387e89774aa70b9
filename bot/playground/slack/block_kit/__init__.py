"""Block Kit as Slack would accept it: JSON in, a list of problems out.

Written from Slack's documents alone. It knows nothing of how the bot builds its messages and
shares no code with any library that does, so that a mistake there cannot hide here.
"""

from bot.playground.slack.block_kit.message import MOST_TEXT, problems, text_length
from bot.playground.slack.block_kit.schema import Problem


__all__ = ["MOST_TEXT", "Problem", "problems", "text_length"]
