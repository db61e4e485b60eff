"""Virtual sensors and the air between: the only home of bumble."""
