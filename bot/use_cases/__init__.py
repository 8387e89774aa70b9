"""What the bot can do, one module a verb.

Each reads everything it needs through the ports, has the pure core decide, then acts. No word of
Slack or of HTTP is in here.
"""
