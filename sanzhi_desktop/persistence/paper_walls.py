"""Walls over what is written down: stored papers, the decision, the items of the checklist.

Lives here: the rows of these triggers, of which `walls` makes triggers. Each looks at nothing but
its own row. Must not: rules that need more than that (`case_effects`, `aftermath_effects`).
"""

PAPER = "SZ-PAPER 存入的文书应当是 PDF，大小和校验值应当与内容一致"
DECISION = "SZ-DECISION 登记决定应当写明文号、内容和决定日期，决定日期不得晚于登记之日"
ITEM = "SZ-ITEM 审核项目的编号应当是一个字母或者“增”字加数字"

_NO_PDF = "substr(NEW.content, 1, 5) <> "
_OTHER_SIZE = " or NEW.size <> length(NEW.content)"
_OTHER_HASH = " or encode(sha256(NEW.content), 'hex') <> NEW.sha256"
_UNSAID = "trim(NEW.number, ' 　') = '' or trim(NEW.content, ' 　') = ''"
_NO_ITEM = "NEW.item_id not glob '[A-Z增][0-9][0-9]*' or NEW.item_id glob '?*[^0-9]*'"

# table, event, name, when, message, and how a server says it; SQLite has no hash of its own.
WALLS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "document",
        "insert",
        "pdf",
        f"{_NO_PDF}x'255044462D'{_OTHER_SIZE}",
        PAPER,
        f"{_NO_PDF}'\\x255044462d'{_OTHER_SIZE}{_OTHER_HASH}",
    ),
    (
        "minutes",
        "insert",
        "pdf",
        f"{_NO_PDF}x'255044462D'",
        PAPER,
        f"{_NO_PDF}'\\x255044462d'{_OTHER_HASH}",
    ),
    (
        "decision",
        "insert",
        "said",
        f"{_UNSAID} or NEW.decided_on > date(NEW.registered_at, '+8 hours')",
        DECISION,
        f"{_UNSAID} or NEW.decided_on > (NEW.registered_at at time zone 'Asia/Shanghai')::date",
    ),
    (
        "answer",
        "insert",
        "item",
        f"{_NO_ITEM} or length(NEW.item_id) > 4",
        ITEM,
        "NEW.item_id !~ '^[A-Z增][0-9]{2,3}$'",
    ),
)
