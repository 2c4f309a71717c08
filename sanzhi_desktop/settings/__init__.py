"""Where this user's files are. Nothing legal and no secret is ever kept here.

Imported before the first paint: nothing heavy, and nothing of the domain; see `servers` for those.
"""

import os
from pathlib import Path

APP = "Sanzhi"
SERVERS_FILE = "servers.json"  # in the folder of settings; IT people may hand it out


def data_folder() -> Path:
    """The folder for the embedded database, its files and the drafts; not created here.

    `SANZHI_HOME` overrides it: administrators of shared PCs and tests need that.
    """
    override = os.environ.get("SANZHI_HOME")
    if override:
        return Path(override)
    from platformdirs import user_data_path

    return user_data_path(APP, appauthor=False)


def default_database() -> Path:
    """The embedded database of this user."""
    return data_folder() / "sanzhi.db"
