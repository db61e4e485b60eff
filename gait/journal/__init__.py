"""The recorder's journal: what survives a crash, and the CSV made from it. No Bluetooth in here."""
