"""iCalendar out (REQUEST, CANCEL) and in (REPLY, COUNTER)."""
