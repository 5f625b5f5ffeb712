"""Nouns and rules of the programme: standard library only, no clock, no ids, no I/O."""
