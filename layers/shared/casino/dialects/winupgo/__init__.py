"""WinUpGo: bets in two steps, signed by RFC 9421."""
