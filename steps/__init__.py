"""Use cases: gather -> decide -> record, and claim -> send -> settle."""
