"""The transfer of a suspected crime: its steps as a tab of the case, and a dialog for each."""
