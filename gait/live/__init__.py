"""The run as it happens: one page in the browser, fed by the same engine as everything else."""
