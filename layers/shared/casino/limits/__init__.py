"""Responsible gaming: what a player's wallet may stake, lose and play, decided inside the bet."""
