"""The parts of the preferences: what the program stands on, and its keys."""
