"""Participants' pages: server-rendered, readable without JavaScript, reads only."""
