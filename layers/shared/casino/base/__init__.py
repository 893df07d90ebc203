"""What every context shares: money, time, errors, exact JSON, headers, proxy events."""
