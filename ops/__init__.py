"""The operators' command line: it runs beside the stack, and is never deployed with it."""
