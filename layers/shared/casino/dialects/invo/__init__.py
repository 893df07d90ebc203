"""Invo: its signature and its player tokens."""
