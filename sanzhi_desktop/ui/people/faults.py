"""Faults of the dialogs for people and keys that no use case knows."""

from sanzhi_desktop.domain.errors import Code


class RegisterFault(Code):
    """Why a key file cannot be written or a password not be changed."""

    FILE_EXISTS = "register.file_exists"
    OLD_PASSWORD = "register.old_password"
    ROOT_UNKNOWN = "register.root_unknown"
