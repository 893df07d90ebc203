"""The traces of a function: log lines for people, metrics for alarms."""
