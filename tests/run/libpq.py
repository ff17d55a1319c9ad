"""A lasting connection to PostgreSQL, by the libpq that the daemon uses too; the standard library has none.

    Connection(conninfo).run("select 1; select 2, null")      # "1\\n2|": as psql -At prints it

A text of several statements is one transaction, as with psql -c. A connection that PostgreSQL has ended meanwhile is made anew,
and what only reads is asked again where it ended just then; else that is an error, for nobody knows what became of it.
"""
import ctypes
import select
import threading

CONNECTED, EMPTY, DONE, ROWS = 0, 0, 1, 2  # of PQstatus, PQresultStatus
PATIENCE = "120s"
NOTICES = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)


class DatabaseError(Exception):
    pass


def library():
    pq = ctypes.CDLL("libpq.so.5")
    handle, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, *arguments in (
            ("PQconnectdb", handle, text), ("PQfinish", None, handle), ("PQstatus", number, handle), ("PQsocket", number, handle),
            ("PQerrorMessage", text, handle), ("PQsendQuery", number, handle, text), ("PQgetResult", handle, handle),
            ("PQsetNoticeProcessor", handle, handle, NOTICES, handle), ("PQresultStatus", number, handle), ("PQresultErrorMessage", text, handle),
            ("PQclear", None, handle), ("PQntuples", number, handle), ("PQnfields", number, handle), ("PQgetvalue", text, handle, number, number)):
        function = getattr(pq, name)
        function.restype, function.argtypes = result, arguments
    return pq


class Connection:
    pq = None
    drop_notice = NOTICES(lambda _, __: None)

    def __init__(self, conninfo):
        Connection.pq = Connection.pq or library()
        self.conninfo, self.handle, self.lock = conninfo, None, threading.Lock()

    def run(self, sql):
        """What all its statements answered: a line for each row."""
        with self.lock:
            self._connect()
            try:
                return self._ask(sql)
            except DatabaseError:
                if self.handle is not None or not sql.lstrip().lower().startswith("select"):
                    raise
            self._connect()
            return self._ask(sql)

    def close(self):
        if self.handle is not None:
            self.pq.PQfinish(self.handle)
        self.handle = None

    def _connect(self):
        if self.handle is not None and not select.select([self.pq.PQsocket(self.handle)], [], [], 0)[0]:
            return
        self.close()  # PostgreSQL says something that nobody asked: its last word
        self.handle = self.pq.PQconnectdb(self.conninfo.encode())
        if self.pq.PQstatus(self.handle) != CONNECTED:
            said = self.pq.PQerrorMessage(self.handle).decode(errors="replace")
            self.close()
            raise DatabaseError(said.strip())
        self.pq.PQsetNoticeProcessor(self.handle, self.drop_notice, None)
        self._ask(f"set statement_timeout = '{PATIENCE}'")

    def _ask(self, sql):
        rows, wrong = [], None
        if not self.pq.PQsendQuery(self.handle, sql.encode()):
            wrong = self.pq.PQerrorMessage(self.handle)
        while result := self.pq.PQgetResult(self.handle):
            status = self.pq.PQresultStatus(result)
            if status == ROWS:
                rows += self._rows(result)
            elif status not in (EMPTY, DONE):
                wrong = wrong or self.pq.PQresultErrorMessage(result)
            self.pq.PQclear(result)
        if self.pq.PQstatus(self.handle) != CONNECTED:
            self.close()
        if wrong is not None:
            raise DatabaseError(wrong.decode(errors="replace").strip())
        return "\n".join(rows)

    def _rows(self, result):
        fields = range(self.pq.PQnfields(result))
        return ["|".join(self.pq.PQgetvalue(result, row, field).decode() for field in fields) for row in range(self.pq.PQntuples(result))]
