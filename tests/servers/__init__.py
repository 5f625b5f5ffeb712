"""Servers on loopback that tests start: plain context managers, no fixtures."""
