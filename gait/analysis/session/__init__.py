"""Numbers over a session: the table of strides, metrics, activity, quality, mean strides."""
