"""What answers an event: authenticate, parse, one service call, render. One module per surface."""
