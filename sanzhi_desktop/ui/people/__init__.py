"""People, their roles and keys: the read model, the pages of the screen and its dialogs."""
