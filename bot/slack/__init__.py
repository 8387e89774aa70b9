"""Everything that knows how we look in Slack: words, blocks, limits, the Web API.

Knows neither Harbor nor the store, and decides nothing about replication.
"""
