"""What the catalogue tells the reviewer to look at (审核重点), above the checklist."""

from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.catalogue import item_of
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner


class ReviewFocus(Banner):
    """Hidden unless the case names an item that has something to say."""

    def show_focus(self, profile: Profile, submission: Submission) -> None:
        """Shows the focus of the item, in the edition the case is reviewed under."""
        item = item_of(profile, submission)
        if item is None or not item.focus:
            self.show_text("")
            return
        words = self.tr("审核重点（目录清单 {0} {1}）：{2}")
        self.show_text(words.format(item.number, item.name, item.focus), Tone.INFO)
