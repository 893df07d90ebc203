"""Flexsoft: its signature."""
