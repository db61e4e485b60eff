"""Files for other programs: CSV, JSON, Parquet, PDF, FIT."""
