"""The virtual runner: recordings whose every event is known exactly."""
