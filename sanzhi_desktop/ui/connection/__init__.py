"""Servers as this PC knows them: the one settings screen, at the door and in the preferences.

Must not: passwords; they are asked at log-in.
"""
