"""The providers' games: a schedule synchronises them, the platform's lobby reads them."""
