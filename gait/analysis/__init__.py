"""From samples to strides and metrics: condition, align, segment, find events, measure."""
