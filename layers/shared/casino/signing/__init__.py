"""What every signature family shares; pure."""
