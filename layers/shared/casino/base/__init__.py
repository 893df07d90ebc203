"""Shared by every context: money, time, errors, exact JSON, headers, proxy events."""
