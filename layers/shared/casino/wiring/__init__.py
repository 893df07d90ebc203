"""The only place that joins stores to use cases: one module per group of functions."""
