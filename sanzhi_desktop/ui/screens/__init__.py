"""The screens, in menu order: the only list of them. Each is imported when it is first opened."""

from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.screen import ScreenSpec

_HERE = "sanzhi_desktop.ui.screens"

SCREENS: tuple[ScreenSpec, ...] = (
    ScreenSpec("worklist", "工作台", "worklist", f"{_HERE}.worklist", "WorklistScreen"),
    ScreenSpec("case", "案件", "file", f"{_HERE}.case", "CaseScreen", case=True),
    ScreenSpec("intake", "登记送审", "intake", f"{_HERE}.intake", "IntakeScreen", case=True),
    ScreenSpec("review", "审核", "review", f"{_HERE}.review", "ReviewScreen", case=True),
    ScreenSpec("signoff", "签发", "signoff", f"{_HERE}.signoff", "SignoffScreen", case=True),
    ScreenSpec(
        "meetings",
        "集体讨论",
        "people",
        f"{_HERE}.meetings",
        "MeetingsScreen",
        roles=frozenset(
            {Role.SECRETARY, Role.AGENCY_HEAD, Role.LEAD, Role.HEAD, Role.REVIEWER, Role.AUDITOR}
        ),
    ),
    ScreenSpec(
        "meeting",
        "会议",
        "people",
        f"{_HERE}.meeting",
        "MeetingScreen",
        case=True,
        under="meetings",
    ),
    ScreenSpec("history", "案件历史", "history", f"{_HERE}.history", "HistoryScreen"),
    ScreenSpec(
        "numbers",
        "文号登记",
        "file",
        f"{_HERE}.numbers",
        "NumbersScreen",
        roles=frozenset({Role.CLERK, Role.LEAD, Role.HEAD, Role.AUDITOR}),
    ),
    ScreenSpec("rules", "规则方案", "rules", f"{_HERE}.rules", "RulesScreen"),
    ScreenSpec("catalogue", "目录清单", "file", f"{_HERE}.catalogue", "CatalogueScreen"),
    ScreenSpec("calendar", "节假日安排", "clock", f"{_HERE}.calendar", "CalendarScreen"),
    ScreenSpec(
        "people",
        "人员与证书",
        "people",
        f"{_HERE}.people",
        "PeopleScreen",
    ),
    ScreenSpec(
        "backup",
        "备份",
        "save",
        f"{_HERE}.backup",
        "BackupScreen",
        roles=frozenset({Role.ADMIN}),
    ),
    ScreenSpec("preferences", "设置", "preferences", f"{_HERE}.preferences", "PreferencesScreen"),
)


def by_key(key: str) -> ScreenSpec:
    """The entry of a key; an unknown key is a mistake of ours."""
    return next(spec for spec in SCREENS if spec.key == key)


def for_roles(held: frozenset[Role]) -> tuple[ScreenSpec, ...]:
    """What stands on the rail for somebody with these roles."""
    return tuple(s for s in SCREENS if not s.case and s.open_to(held))
