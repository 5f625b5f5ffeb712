"""Settings of this installation, and the programme as data."""
