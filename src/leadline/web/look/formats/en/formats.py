"""26 Nov 2026, 14:47: nobody takes the day for the month, or the afternoon for the night."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
