"""Prefect's skin: what coordinators see, run and schedule."""
