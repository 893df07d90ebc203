"""Invo."""
