"""What colleagues say around a case: reminders and further opinions, and the menu that asks."""
