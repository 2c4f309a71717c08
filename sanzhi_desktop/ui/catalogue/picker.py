"""Choosing the catalogue item in the submission form: typed words find it, the choice begins the
submission from it (kind, and who decides where the item says so)."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from sanzhi_desktop.domain.catalogue import CatalogueItem, catalogue_of
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.ui.forms import Field, put_text


class ItemPicker(QCompleter):
    """Shows number and name, fills in the number."""

    def __init__(self, fields: dict[str, Field], items: Sequence[CatalogueItem]) -> None:
        editor = fields["catalogue_item"].editor
        super().__init__(editor)
        self._fields = fields
        self._items = {f"{item.number} {item.name}": item for item in items}
        self.setModel(QStringListModel(list(self._items), self))
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(12)
        self.activated.connect(self.begin)

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        item = self._items.get(str(index.data()))
        return item.number if item is not None else ""

    def begin(self, number: str) -> None:
        """Takes over what the item decides; what else stands in the form stays."""
        item = next((one for one in self._items.values() if one.number == number), None)
        if item is None:
            return
        put_text(self._fields["kind"].editor, item.kind.value)
        if item.decider:
            put_text(self._fields["decider"].editor, item.decider)


def offer_items(fields: dict[str, Field], profile: Profile) -> ItemPicker | None:
    """Offers the items of the catalogue where one is asked for; None without a catalogue."""
    editor = fields["catalogue_item"].editor
    items = catalogue_of(profile).items
    if not isinstance(editor, QLineEdit) or not items:
        return None
    editor.setPlaceholderText(editor.tr("输入编号或者名称里的字，从目录清单里选"))
    picker = ItemPicker(fields, items)
    editor.setCompleter(picker)
    return picker
