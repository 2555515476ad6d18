"""The directory that identity providers push, as a whole."""

from gateway.database.connection import Database
from gateway.database.directory import DirectoryUsers
from gateway.database.directory_connections import DirectoryConnections, Due, NobodyFollows
from gateway.database.directory_groups import DirectoryGroups


class DirectoryStore:
    """The directory.

    Args:
        database: where it is.
        due: who is told that TalentLMS has to follow; ``None``: nobody.
    """

    def __init__(self, database: Database, due: Due | None = None) -> None:
        told = due or NobodyFollows()
        self.connections = DirectoryConnections(database)
        self.users = DirectoryUsers(self.connections, told)
        self.groups = DirectoryGroups(self.connections, told)
