"""Rules of the tables: each check is a pure function over columns."""
