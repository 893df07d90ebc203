"""Bonus money: what a wallet was given to play with, decided inside the bet."""
