"""Attachments of a case and of the office: still what they were, and where they are kept.

A changed byte shuts the gate: registering a decision looks at the stored bytes first, and when one
of them is no longer what the opinion signed, the clearance is closed by a command of its own, with
the material's name as its reason. Bytes that are missing only wait: restored from a backup they are
the very same, and nothing was decided on anything else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sanzhi_desktop.application.commands import Changed, OfficeAction, OfficeCommand, new_id
from sanzhi_desktop.application.ports import FileStore, Session
from sanzhi_desktop.application.stepping import send
from sanzhi_desktop.domain.case import Case, Material
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import (
    AttachmentFault,
    FileState,
    FileUse,
    StoredFile,
    StoreSettings,
    check_settings,
)
from sanzhi_desktop.domain.workflow import Action, State

UNUSED = timedelta(days=30)  # after which an upload that nothing uses counts as abandoned
Seen = Callable[[int, int], None]


def states(
    files: FileStore, materials: Sequence[Material], *, seen: Seen | None = None
) -> Mapping[str, FileState]:
    """The state of every material that has a file, by its id; `seen` is told how many are done."""
    stored = [m for m in materials if m.sha256]
    found = {}
    for done, material in enumerate(stored, 1):
        found[material.material_id] = files.state(material.sha256)
        if seen is not None:
            seen(done, len(stored))
    return found


def damaged(
    materials: Sequence[Material], found: Mapping[str, FileState], state: FileState
) -> tuple[Material, ...]:
    """The materials in that state."""
    return tuple(m for m in materials if found.get(m.material_id) is state)


def _names(materials: Sequence[Material]) -> str:
    return "、".join(m.name for m in materials)


def demand_intact(session: Session, case: Case) -> None:
    """Raises DomainError: CHANGED when a stored material is no longer what was submitted, MISSING
    when one is not there. CHANGED on a case whose gate is open closes it first, for good."""
    found = states(session.files, case.materials)
    changed = damaged(case.materials, found, FileState.CHANGED)
    missing = damaged(case.materials, found, FileState.MISSING)
    if changed:
        if case.state is State.PASSED:
            shut_gate(session, case, changed)
        raise DomainError(AttachmentFault.CHANGED, names=_names(changed))
    if missing:
        raise DomainError(AttachmentFault.MISSING, names=_names(missing))


def shut_gate(session: Session, case: Case, changed: Sequence[Material]) -> Changed:
    """Closes the clearance because stored materials have changed; the case goes back to its
    handler, and only another round of review opens the gate again."""
    return send(
        session,
        case_id=case.case_id,
        seen_version=case.version,
        action=Action.MATERIALS_CHANGED,
        reason=f"材料已变：{_names(changed)}",
        payload={"materials": [m.material_id for m in changed]},
    )


def set_store(
    session: Session,
    settings: StoreSettings,
    *,
    moved_from: StoreSettings | None = None,
    command_id: str = "",
) -> Changed:
    """The administrator says where the office keeps its attachments, and how much. Files that are
    there already stay where they are and are read from there, unless he carried those of another
    object store over himself (`moved_from`). Raises DomainError."""
    check_settings(settings)
    moved = {} if moved_from is None else {
        "moved_from": {"endpoint": moved_from.endpoint, "bucket": moved_from.bucket}
    }  # fmt: skip
    return session.gateway.send_office(
        OfficeCommand(
            command_id or new_id(),
            session.actor.office_id,
            OfficeAction.SET_FILE_STORE,
            {
                "kind": settings.kind.value,
                "endpoint": settings.endpoint,
                "bucket": settings.bucket,
                "region": settings.region,
                "file_limit": settings.file_limit,
                "quota": settings.quota,
                "sm3": settings.sm3,
                **moved,
            },
        )
    )


def free_unused(
    session: Session, report: "FilesReport", *, older: timedelta = UNUSED
) -> tuple[StoredFile, ...]:
    """Frees files that were uploaded and never used by any command, and uploads never finished;
    returns them. Each is a command of its own, which stands in the office's history.

    The database decides: it keeps whatever a material, a paper or any entry of the history names,
    also of rounds long past. Raises DomainError where the person at work may not.
    """
    before = session.gateway.now() - older
    freed = []
    for file in (*report.unreferenced, *report.unfinished):
        if file.since >= before:
            continue
        try:
            session.gateway.send_office(
                OfficeCommand(
                    new_id(),
                    session.actor.office_id,
                    OfficeAction.FREE_FILES,
                    {
                        "before": before.isoformat(),
                        "files": [{"sha256": file.sha256.upper(), "size": file.size}],
                    },
                )
            )
        except DomainError as error:
            if error.code in (AttachmentFault.IN_USE, AttachmentFault.TOO_YOUNG):
                continue
            raise
        session.files.forget(file)
        freed.append(file)
    return tuple(freed)


def shut_gates(session: Session, report: "FilesReport") -> tuple[str, ...]:
    """Closes the gate of every case that waits for its decision on a changed material; returns
    the cases. Raises DomainError where the person at work may not."""
    shut = []
    for case_id in dict.fromkeys(
        finding.use.case_id for finding in report.findings if finding.state is FileState.CHANGED
    ):
        case = session.reader.case(case_id)
        found = states(session.files, case.materials)
        changed = damaged(case.materials, found, FileState.CHANGED)
        if changed and case.state is State.PASSED:
            shut_gate(session, case, changed)
            shut.append(case_id)
    return tuple(shut)


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A stored file that is not as it should be, and one material that stands on it."""

    state: FileState
    use: FileUse


@dataclass(frozen=True, slots=True)
class FilesReport:
    """What looking at every file of an office found."""

    checked: int
    size: int  # bytes kept, unfinished uploads too
    findings: tuple[FileFinding, ...]
    unreferenced: tuple[StoredFile, ...]  # complete, but no case's material now
    unfinished: tuple[StoredFile, ...]

    @property
    def sound(self) -> bool:
        """Whether every file that the office ever named is there, unchanged."""
        return not self.findings


def check_office(session: Session, *, seen: Seen | None = None) -> FilesReport:
    """Looks at every file that the office names, also those which an earlier round was signed on.
    Raises DomainError when the store is away or the person at work does not keep the office's
    files.

    A file that no material names now is told; only `free_unused` takes away what no round ever was.
    """
    uses = session.reader.files_used()
    listed = {file.sha256: file for file in session.files.listing()}
    wanted = dict.fromkeys(use.sha256 for use in uses)
    today = {use.sha256 for use in uses if use.now}
    found: dict[str, FileState] = {}
    for done, sha256 in enumerate(wanted, 1):
        found[sha256] = session.files.state(sha256)
        if seen is not None:
            seen(done, len(wanted))
    return FilesReport(
        checked=len(wanted),
        size=sum(file.size for file in listed.values()),
        findings=tuple(
            FileFinding(found[use.sha256], use)
            for use in uses
            if found[use.sha256] is not FileState.INTACT
        ),
        unreferenced=tuple(
            file for file in listed.values() if file.complete and file.sha256 not in today
        ),
        unfinished=tuple(file for file in listed.values() if not file.complete),
    )
