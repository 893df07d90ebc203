"""The parts that every signature family shares; pure."""
