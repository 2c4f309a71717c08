"""Faults of the desk itself: what can go wrong with this PC, not with a case."""

from sanzhi_desktop.domain.errors import Code


class DeskFault(Code):
    """Why the desk could not do something on this PC."""

    UNEXPECTED = "ui.unexpected"
    DRAFT_WRONG_PASSWORD = "ui.draft_wrong_password"
    DRAFT_UNREADABLE = "ui.draft_unreadable"
    EARLIER_SAVED = "ui.earlier_saved"
    NOT_SAVED = "ui.not_saved"
    DRAFT_NOT_KEPT = "ui.draft_not_kept"
    DISK_FULL = "ui.disk_full"
    NO_ROOM = "ui.no_room"
    PDF_UNREADABLE = "ui.pdf_unreadable"
    IMAGE_UNREADABLE = "ui.image_unreadable"
    SAVE_FAILED = "ui.save_failed"
    PRINT_FAILED = "ui.print_failed"
    PRINTER_MISSING = "ui.printer_missing"
    DATE_UNREADABLE = "ui.date_unreadable"
