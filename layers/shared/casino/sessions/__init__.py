"""Game sessions from launch to end."""
