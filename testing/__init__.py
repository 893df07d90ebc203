"""The kit that tests, benchmarks and the simulation share."""
