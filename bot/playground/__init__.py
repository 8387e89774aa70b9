"""The playground: simulated Harbors and a simulated Slack; it imports nothing of the product."""
