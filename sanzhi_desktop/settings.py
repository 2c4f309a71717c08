"""Where this user's files are. Nothing legal and no secret is ever kept here."""

import os
from pathlib import Path

APP = "Sanzhi"


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
