"""What is known about replication: values and decisions, no I/O, no clock, no chance.

Everything in here can be tested without an event loop. Times come in as arguments; what was
looked up elsewhere comes in as facts.
"""
