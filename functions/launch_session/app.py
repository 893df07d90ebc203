"""POST /sessions, GET and DELETE /sessions/{session_id}: launch a game, show or close a session."""

from casino.wiring.sessions import launch_handler

handler = launch_handler()
