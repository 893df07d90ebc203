"""The only place that wires adapters to services: one module for each group of functions.

The functions of the money path load `hooks` alone.
"""
