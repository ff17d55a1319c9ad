"""A lasting connection to PostgreSQL, which answers as psql does.

    Connection(conninfo).run("select 1; select 2, null")      # "1\\n2|": as psql -At prints it

A text of several statements is one transaction, as with psql -c. A connection that PostgreSQL has ended meanwhile is made anew,
and what only reads is asked again where it ended just then; else that is an error, for nobody knows what became of it.
"""
import select
import threading

import psycopg

PATIENCE = "120s"


class Connection:
    def __init__(self, conninfo):
        self.conninfo, self.connection, self.lock = conninfo, None, threading.Lock()

    def run(self, sql):
        """What all its statements answered: a line for each row."""
        with self.lock:
            self._connect()
            try:
                return self._ask(sql)
            except psycopg.Error:
                if not self.connection.closed or not sql.lstrip().lower().startswith("select"):
                    raise
            self._connect()
            return self._ask(sql)

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def _connect(self):
        c = self.connection
        if c is not None and not c.closed and not select.select([c.fileno()], [], [], 0)[0]:
            return
        self.close()  # PostgreSQL says something that nobody asked: its last word
        self.connection = psycopg.connect(self.conninfo, autocommit=True, prepare_threshold=None)  # prepared, it would be one statement
        self._ask(f"set statement_timeout = '{PATIENCE}'")

    def _ask(self, sql):
        cursor, rows, more = self.connection.execute(sql), [], True
        while more:
            found = cursor.pgresult
            rows += ["|".join((found.get_value(row, field) or b"").decode() for field in range(found.nfields)) for row in range(found.ntuples)]
            more = cursor.nextset()
        return "\n".join(rows)
