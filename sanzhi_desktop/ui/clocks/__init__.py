"""The clocks of a case on screen: each day of a deadline, extensions, holiday arrangements."""
