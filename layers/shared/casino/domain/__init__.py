"""Pure rules about money: standard library only; no clock, environment, network or AWS."""
