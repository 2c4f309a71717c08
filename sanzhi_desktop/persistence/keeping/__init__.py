"""Keeping an office: backups that prove themselves, restoring, moving to a server, open export."""
