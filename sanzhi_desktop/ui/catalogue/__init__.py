"""The office's catalogue at the desk: its dialogs. The screen is `ui.screens.catalogue`."""
