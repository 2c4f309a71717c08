"""The keys of the desk, as they are listed for people. A test compares them with the screens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """Where a key works, the key, and what it does."""

    where: str
    keys: str
    what: str


KEYS: tuple[Key, ...] = (
    Key("各处", "Alt+1 … Alt+9、Alt+0", "打开左侧第几个画面"),
    Key("各处", "Tab、Shift+Tab", "到下一栏、上一栏"),
    Key("各处", "Alt+带下划线的字母", "到该栏，或者按该按钮"),
    Key("各处", "F5", "重新读取"),
    Key("各处", "Ctrl+Shift+L", "换人登录"),
    Key("列表", "↑ ↓ PgUp PgDn", "选择"),
    Key("列表", "Enter", "打开所选的一行"),
    Key("列表", "Ctrl+F", "搜索"),
    Key("对话框", "Ctrl+S", "确定"),
    Key("对话框", "Esc", "取消"),
    Key("工作台", "Ctrl+1 … Ctrl+4", "待我办理、全部在办、已办结、全部"),
    Key("工作台", "Ctrl+N", "登记送审"),
    Key("案件", "Ctrl+Tab", "下一页签"),
    Key("案件", "Alt+←", "返回"),
    Key("送审表", "Ctrl+Enter", "确认本栏读出的内容"),
    Key("审核", "1 2 3 4", "符合、基本符合、不符合、不适用"),
    Key("审核", "Ctrl+J", "跳到下一未填项"),
    Key("审核", "Ctrl+S", "保存"),
    Key("规则方案", "Ctrl+Shift+C", "复制原文"),
    Key("规则方案", "Ctrl+Alt+C", "连同依据一起复制"),
)
