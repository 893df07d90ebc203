"""POST /sessions, GET and DELETE /sessions/{session_id}: launch a game, show or close a session."""

from casino.launch_bootstrap import launch_handler

handler = launch_handler()
