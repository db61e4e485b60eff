"""The virtual runner, sensor and radio: the only home of bumble."""
