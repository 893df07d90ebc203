"""Stand-ins for AWS: one as slow as it is told, and a meter before the local emulator."""
