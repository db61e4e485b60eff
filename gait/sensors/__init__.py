"""Scan, link, clock, record: the only home of bleak and asyncio."""
