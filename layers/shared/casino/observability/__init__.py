"""What a function leaves behind: log lines for people, metrics for alarms."""
