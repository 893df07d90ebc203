"""Flexsoft."""
