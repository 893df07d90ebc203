"""What the wallet costs beside the same bet written in other ways: measured, never shipped.

Only ratios of one run mean anything: a machine that is twice as fast halves every figure.
"""
