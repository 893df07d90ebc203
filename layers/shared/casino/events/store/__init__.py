"""The ports of the events on AWS."""
