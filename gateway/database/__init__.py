"""What lasts: which account is whose. SQLAlchemy and Alembic are known here and nowhere else.

One module per kind of record. ``connection`` knows the two databases, a SQLite file and PostgreSQL; ``migrations``
brings the tables up to date, which the first process to start does for all.
"""
