"""The link to a sensor: the Bluetooth stack, one connection, its errors in words, and how patient it is."""
