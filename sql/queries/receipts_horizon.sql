-- params: 1
-- $1 lag in ms. Before which time every receipt is there that ever will be: a receipt carries the begin of its transaction, so the
-- oldest transaction that a daemon still has under way is the horizon. Asked in a call of its own, before the receipts are read: what
-- commits in between is read, what was under way is waited for. The lag is for a begin that is not shown yet, and for another
-- server's clock after a failover.
select least(now(), min(a.xact_start)) - $1::integer * interval '1 millisecond', now()
from pg_stat_activity a
where a.datname = current_database() and a.application_name = 'tongguand' and a.pid <> pg_backend_pid()
