"""What bets cost and where the limits are, from a run, prices and quotas."""
