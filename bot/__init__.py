"""Harborbot: says in Slack why an image was not replicated between Harbor registries."""
