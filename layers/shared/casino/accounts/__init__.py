"""Players and their wallets, as the casino manages them."""
