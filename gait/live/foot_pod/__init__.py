"""The run as a standard foot pod: watches, Zwift and treadmill apps see speed and cadence over Bluetooth."""
