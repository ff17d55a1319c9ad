/* The settings: name, type, range, default, unit, when it takes effect, what it is for. */
#include <string.h>

#include "config_priv.h"

#define AT(member)                  offsetof(struct config, member)
#define TEXT_(s, n, def, about)     { #s, #n, SETTING_TEXT, 0, 0, NULL, def, "", false, AT(s.n), about }
#define NUMBER(s, n, lo, hi, def, unit, about) { #s, #n, SETTING_NUMBER, lo, hi, NULL, #def, unit, false, AT(s.n), about }
#define LIVE(s, n, lo, hi, def, unit, about)   { #s, #n, SETTING_NUMBER, lo, hi, NULL, #def, unit, true, AT(s.n), about }
#define BOOL_(s, n, def, about)     { #s, #n, SETTING_BOOL, 0, 1, NULL, def, "", false, AT(s.n), about }
#define WORD(s, n, words, def, live, about)    { #s, #n, SETTING_WORD, 0, 0, words, def, "", live, AT(s.n), about }

const struct setting config_settings[] = {
	NUMBER(service, workers, 1, 16, 1, "threads", "Loop threads. Each has its own database connections; one is enough for most sites."),
	LIVE(service, stop_timeout_ms, 100, 600000, 30000, "ms", "How long SIGTERM waits for work under way before it stops anyway."),
	NUMBER(service, reload_ms, 100, 60000, 2000, "ms", "How often changed clients, codes, regimes and authorities are looked for."),

	TEXT_(http, address, "127.0.0.1:8700", "Where to listen: host:port, [v6]:port or unix:/path; port 0 takes any free one. Ignored when systemd passes the socket."),
	TEXT_(http, local_address, "", "A second place to listen, in clear whatever [tls] says: for a proxy that ends TLS on this machine, for probes and metrics. Loopback or unix:/path, others are refused. Ignored when systemd passes a socket named local. Empty: there is none."),
	TEXT_(http, proxies, "", "Who may hand on a caller's certificate in the header Client-Cert (RFC 9440): addresses and networks, and unix for who comes over a local socket, parted by blanks. They must take the header away from what they were sent. From anybody else a request with it is refused. Needs tls.client_ca."),
	TEXT_(http, public_url, "", "How callers reach this service, for links in answers. Empty: from the Host header."),
	NUMBER(http, connections, 1, 60000, 4096, "connections", "Open connections at once, each worker and listener."),
	NUMBER(http, connections_per_address, 0, 60000, 0, "connections", "Open connections of one address, each worker; more are closed at once. 0: as many as there are. Not behind a proxy."),
	NUMBER(http, header_timeout_ms, 100, 600000, 10000, "ms", "Time for a request's line and headers to arrive."),
	NUMBER(http, body_timeout_ms, 100, 600000, 30000, "ms", "Time for a request's body to arrive."),
	NUMBER(http, idle_timeout_ms, 100, 3600000, 75000, "ms", "How long a connection is kept open between requests."),
	NUMBER(http, handler_timeout_ms, 100, 600000, 20000, "ms", "Time for an answer; beyond it the caller gets a 503. Longer than intake.give_up_ms."),
	NUMBER(http, header_bytes, 4096, 1048576, 8192, "bytes", "Memory for a request's line and headers."),
	NUMBER(http, body_bytes, 1024, 67108864, 2097152, "bytes", "Longest body of a filing; beyond it 413."),
	NUMBER(http, bodies_bytes, 1048576, 2147483647, 268435456, "bytes", "Bytes of all bodies together that are here or announced, each worker and listener; beyond it 503. More than batch.body_bytes."),
	NUMBER(http, memory_bytes, 1048576, 1073741824, 67108864, "bytes", "Most memory of one request, its body included."),

	TEXT_(tls, certificate, "", "File of our certificate with its chain, PEM, or credential:NAME. Empty: plain HTTP, behind a proxy that ends TLS. Read again on SIGHUP."),
	TEXT_(tls, key_file, "", "File of its key, PEM, or credential:NAME. Read again on SIGHUP."),
	TEXT_(tls, client_ca, "", "File of the authorities whose certificates callers may show, here or to one of http.proxies, PEM, or credential:NAME. Empty: callers are asked for none."),

	NUMBER(access, token_days, 1, 3650, 365, "days", "How long a token that a client makes for itself (POST /v1/me/tokens) is good at most."),
	NUMBER(access, token_overlap_hours, 0, 8760, 72, "h", "How long the old token stays good beside the new one."),
	NUMBER(access, token_notice_days, 0, 365, 14, "days", "How long before its end a token's holder is told of it."),
	NUMBER(access, tokens_max, 2, 100, 10, "tokens", "Good tokens of one client; beyond it 429. The operator may make more."),
	NUMBER(access, keys_max, 1, 100, 10, "keys", "Good keys of one client for signing requests; beyond it 429."),
	NUMBER(access, idempotency_hours, 1, 720, 72, "h", "How long an Idempotency-Key and its answer are remembered."),
	NUMBER(access, signature_window_s, 10, 900, 300, "s", "How far the time at which a request was signed may lie from now, to either side."),
	NUMBER(access, signature_threads, 0, 16, 1, "threads", "Threads beside each worker's loop for signatures of requests when several come at once. 0: none."),
	NUMBER(access, signature_queue, 1, 100000, 1000, "requests", "Requests of a worker that wait for these threads; beyond it 503."),

	NUMBER(batch, body_bytes, 1024, 268435456, 33554432, "bytes", "Longest body of a batch (NDJSON), also inflated; beyond it 413. At most half of http.memory_bytes."),
	NUMBER(batch, line_bytes, 1024, 67108864, 262144, "bytes", "Longest line of a batch; a longer one is refused alone."),
	NUMBER(batch, lines_max, 1, 1000000, 10000, "lines", "Most filings of a batch; beyond it 413."),
	NUMBER(batch, direct_lines, 0, 100000, 1000, "lines", "Up to so many filings of a batch are answered at once; a larger one becomes a job."),
	NUMBER(batch, jobs, 0, 16, 2, "jobs", "Jobs filed side by side, each worker; of each at most a hundred filings at a time. 0: this daemon takes jobs but files none."),
	NUMBER(batch, waiting_max, 1, 100000, 50, "jobs", "Jobs of one client that are not finished; beyond it 429."),
	NUMBER(batch, lease_s, 1, 3600, 30, "s", "How long this daemon holds a part of a job; after a crash it waits so long. Longer than intake.give_up_ms."),
	NUMBER(batch, sweep_ms, 10, 60000, 1000, "ms", "How often jobs that nobody holds are looked for."),
	NUMBER(batch, keep_hours, 1, 87600, 168, "h", "How long a job and its results are kept after it ended. Receipts are kept for ever, elsewhere."),
	NUMBER(batch, results_bytes, 1024, 67108864, 8388608, "bytes", "About how many bytes of a job's results one answer holds; a Link leads to the rest."),

	TEXT_(db, conninfo, "host=/run/postgresql dbname=tongguan", "PostgreSQL: a libpq connection string or URI; several hosts are allowed, the one that takes writes is used. No password here."),
	TEXT_(db, password_file, "", "File with the password, or credential:NAME for systemd's credential of that name. Empty: none is needed (peer, certificate)."),
	NUMBER(db, connections_intake, 1, 16, 2, "connections", "Connections that store filings, each worker. The first does it alone unless it is stuck or commits wait for the disk."),
	NUMBER(db, connections_flow, 1, 16, 2, "connections", "Connections that judge and deliver, each worker."),
	NUMBER(db, connections_query, 1, 16, 2, "connections", "Connections for reading, each worker."),
	NUMBER(db, pipeline_depth, 1, 64, 4, "calls", "Calls under way on one connection."),
	NUMBER(db, queue_limit, 0, 100000, 2000, "calls", "Calls that wait for a connection; beyond it 503."),
	NUMBER(db, queue_wait_ms, 1, 600000, 3000, "ms", "How long a call waits for a connection."),
	NUMBER(db, call_timeout_ms, 1000, 600000, 20000, "ms", "A call that takes longer loses its connection. Longer than PostgreSQL's own limit of 15 s for a statement."),
	NUMBER(db, connect_timeout_ms, 100, 600000, 5000, "ms", "Time for a connection to be made."),

	NUMBER(query, timeout_ms, 10, 600000, 5000, "ms", "Time for a read in PostgreSQL."),
	NUMBER(query, page_default, 1, 1000, 50, "items", "Items of a page when the caller names no limit."),
	NUMBER(query, page_max, 1, 1000, 500, "items", "Most items of a page."),
	NUMBER(query, receipts_lag_ms, 0, 60000, 1000, "ms", "How far GET /v1/receipts stays behind now, so that it passes over nothing that is just being stored. More than two database servers' clocks may differ."),
	NUMBER(query, receipts_window_s, 1, 86400, 600, "s", "How much of the time the first look of GET /v1/receipts covers; while it finds nothing, the next one covers twice as much."),

	NUMBER(intake, batch, 1, 1024, 256, "filings", "Filings written together in one transaction."),
	NUMBER(intake, waiting, 1, 1000000, 20000, "filings", "Filings that wait to be written; beyond it 503."),
	NUMBER(intake, flush_us, 0, 1000000, 300, "us", "How long a lone filing waits for company."),
	NUMBER(intake, beat_us, 0, 1000000, 8000, "us", "Time between two batches of less than intake.company: under load each commit carries more."),
	NUMBER(intake, company, 1, 1024, 32, "filings", "So many are written at once, whatever the beat."),
	NUMBER(intake, give_up_ms, 100, 600000, 8000, "ms", "How long an unknown outcome is asked after before the filer is told to send again."),
	NUMBER(intake, flights, 2, 8, 4, "batches", "Batches under way at once: two that take turns, more where one is stuck."),
	NUMBER(intake, work_lease_s, 1, 3600, 15, "s", "How long a new filing is left to this daemon's own judging before any daemon may take it."),
	NUMBER(intake, recent_bytes, 65536, 1073741824, 33554432, "bytes", "Memory for filings just stored, each worker: judging reads these from there, the others from the database."),

	NUMBER(flow, assess_batch, 1, 512, 128, "declarations", "Declarations judged together."),
	NUMBER(flow, assess_flights, 1, 4, 2, "batches", "Batches of judging under way at once."),
	NUMBER(flow, hint_limit, 4096, 12288, 12288, "declarations", "Declarations waiting in memory to be judged; the rest wait in the database."),
	NUMBER(flow, queue_per_authority, 1, 100000, 2000, "deliveries", "Deliveries waiting in memory for one authority; the rest wait in the database."),
	NUMBER(flow, oldest_percent, 0, 100, 10, "%", "Of what waits for an authority so much goes by how long it waits, the rest by the level of the merchant first. 0: a low level waits as long as higher ones do."),
	NUMBER(flow, lease_s, 1, 3600, 30, "s", "How long this daemon holds a declaration or delivery; after a crash it waits so long. Longer than any authority's timeout_ms."),
	NUMBER(flow, sweep_ms, 10, 60000, 250, "ms", "How often work that nobody holds is looked for."),
	NUMBER(flow, report_ms, 20, 60000, 5000, "ms", "How often this daemon tells the others how each authority does: health, outages, shared rates."),
	NUMBER(flow, retry_per_s, 1, 10000, 50, "deliveries", "How many deliveries of a range become due each second when they are sent again (POST /v1/deliveries/retry) and the request does not say."),
	NUMBER(flow, gather_ms, 0, 10000, 80, "ms", "How long what is new waits for company before its declaration is judged: other filings, answers of other authorities."),
	NUMBER(flow, patience_ms, 0, 60000, 500, "ms", "The same for declarations that still lack flows."),
	NUMBER(flow, busy_patience_ms, 0, 60000, 10000, "ms", "The same while filings pour in; less than intake.work_lease_s."),
	NUMBER(flow, answer_patience_ms, 0, 10000, 1000, "ms", "How long an authority's good answer waits for those of the others while filings pour in."),
	NUMBER(flow, busy_lag_ms, 0, 600000, 1000, "ms", "How far judging may fall behind while filings pour in before more than one batch goes at once."),
	TEXT_(flow, exchange_id, "DXPENT0000000000", "Our number at the customs data exchange."),

	TEXT_(customs, signing_key, "", "File of the key that signs messages to customs, RSA or SM2 in PEM, or credential:NAME. Empty: they go unsigned."),
	TEXT_(customs, certificate, "", "File of that key's certificate, PEM or DER, or credential:NAME; it goes with each message."),
	WORD(customs, algorithm, "auto|rsa-sha1|rsa-sha256|sm2-sm3", "auto", false, "auto: sm2-sm3 with an SM2 key, rsa-sha256 with an RSA key."),

	NUMBER(inbox, batch, 1, 1024, 512, "items", "Answers of authorities stored together."),
	NUMBER(inbox, gather_ms, 0, 10000, 15, "ms", "How long an answer waits for company before it is stored."),
	NUMBER(inbox, waiting, 1, 1000000, 20000, "items", "Answers of authorities that wait to be stored; beyond it 503."),

	NUMBER(authority_http, connections_kept, 1, 60000, 512, "connections", "Connections kept open for the next message. How many are used at once is each authority's own limit."),
	NUMBER(authority_http, connect_timeout_ms, 10, 600000, 5000, "ms", "Time for a connection to an authority to be made."),
	NUMBER(authority_http, answer_bytes, 1024, 67108864, 1048576, "bytes", "Longest answer of an authority."),

	TEXT_(sign, key_file, "credential:signing-key", "File of the Ed25519 key that signs receipts (tongguanctl key new), or credential:NAME."),
	TEXT_(identity, key_file, "", "File of the secret under which attested identities are kept, at least 16 bytes, or credential:NAME. Empty: no identity is attested here."),
	NUMBER(identity, key_version, 1, 255, 1, "", "Version of that secret: one more each time it is replaced. It stands in front of each hash."),
	TEXT_(identity, old_key_file, "", "File of the secret of the version before, while what stands under it is still looked for, or credential:NAME. Empty: it is not."),
	TEXT_(privacy, key_file, "credential:privacy-key", "File of the key-encryption key (tongguanctl key secret), or credential:NAME. Without it nothing personal that is stored can be read."),
	TEXT_(privacy, payer_key_file, "", "File of the secret under which one payer can be told from another in what the forex administration gets, at least 16 bytes, or credential:NAME. The keyed hashes and the draws of lanes and samples are made with keys derived from it. Empty: it is told no payer, no lane is chosen, no sample drawn, and no flag of a person kept."),

	TEXT_(payment_data, upload_url, "", "Where customs takes payment data (realTimeDataUpload). Empty: this gateway answers for no platform."),
	TEXT_(payment_data, key_file, "", "File of the RSA or SM2 key that signs payment data for platforms, or credential:NAME."),
	TEXT_(payment_data, certificate, "", "File of that key's certificate, PEM or DER, or credential:NAME; customs knows it by its serial number."),
	NUMBER(payment_data, timeout_ms, 100, 600000, 10000, "ms", "Time for a platform's or customs' answer."),
	NUMBER(payment_data, attempts_max, 1, 1000, 12, "attempts", "Attempts before a question or an upload is given up."),
	NUMBER(payment_data, first_wait_ms, 1, 3600000, 2000, "ms", "Pause after the first failed attempt; it doubles with each."),
	NUMBER(payment_data, longest_wait_ms, 1, 86400000, 900000, "ms", "Longest pause between attempts."),
	NUMBER(payment_data, sweep_ms, 10, 600000, 1000, "ms", "How often questions and uploads that are due are looked for."),
	NUMBER(payment_data, waiting, 1, 1000000, 10000, "calls", "Questions and uploads that wait; beyond it they are refused."),
	NUMBER(payment_data, keep_days, 1096, 36500, 1827, "days", "How long payment data are to be kept: three years at least (GACC 2018-179)."),

	NUMBER(lookups, sweep_ms, 10, 600000, 500, "ms", "How often questions that are due are looked for."),
	NUMBER(lookups, waiting, 1, 1000000, 20000, "questions", "Questions that wait; beyond it POST /v1/lookups is refused."),

	TEXT_(push, schedule_s, "0 5 300 1800 7200 18000 36000 50400 72000 86400", "Pauses before each attempt to push a message, in seconds. After the last attempt its subscription is disabled."),
	NUMBER(push, timeout_ms, 100, 60000, 15000, "ms", "Time for a receiver's answer."),
	NUMBER(push, connect_timeout_ms, 10, 60000, 5000, "ms", "Time for a connection to a receiver to be made."),
	NUMBER(push, answer_bytes, 256, 1048576, 65536, "bytes", "Longest answer of a receiver; a longer one is a failed attempt."),
	NUMBER(push, sweep_ms, 10, 60000, 250, "ms", "How often what is new or due is looked for."),
	NUMBER(push, lease_s, 1, 3600, 10, "s", "How long the daemon that pushes holds its place; after a crash another waits so long."),
	NUMBER(push, in_flight, 1, 4096, 256, "messages", "Messages being pushed at once."),
	NUMBER(push, per_subscription, 1, 64, 4, "messages", "The same of one subscription. 1: in order, but for what is sent again."),
	NUMBER(push, failed_max, 1, 10000, 100, "messages", "Messages of a subscription that failed and wait; beyond it nothing new goes to it."),
	NUMBER(push, subscriptions_max, 1, 1000, 20, "subscriptions", "Subscriptions of one client; beyond it 429."),
	NUMBER(push, rotation_hours, 1, 720, 24, "h", "How long the old secret signs beside the new one."),
	NUMBER(push, log_hours, 1, 8760, 168, "h", "How long attempts are shown."),
	NUMBER(push, memory_bytes, 1048576, 1073741824, 67108864, "bytes", "Memory for messages that wait to be pushed; beyond it they wait in the database."),
	BOOL_(push, allow_http, "false", "Allows receivers without TLS. In a test or sandbox database they always are."),
	BOOL_(push, allow_private, "false", "Allows receivers at loopback, private and other addresses that are not public. Refused unless the database is marked as test or sandbox."),

	WORD(log, level, "error|warning|notice|info|debug", "info", true, "The least important events that are logged."),
	WORD(log, format, "auto|journal|json", "auto", false, "auto: the journal when it reads stderr, else one JSON object a line."),

	NUMBER(credit, sweep_ms, 10, 600000, 1000, "ms", "How often it is looked for enterprises whose credit is to be judged, and for open declarations of those on the negative list."),
	NUMBER(credit, batch, 1, 1000, 100, "enterprises", "Enterprises judged in one step."),

	NUMBER(quality, flush_ms, 10, 600000, 3000, "ms", "How often what was counted of the quality of data is written."),
	NUMBER(quality, counters, 64, 1000000, 8192, "counters", "Most that are counted between two writings, each worker: senders times kinds, fields and rules."),

	NUMBER(feed, sweep_ms, 10, 60000, 200, "ms", "How often what was changed is given its numbers; about so old an event is when it is first seen."),
	NUMBER(feed, batch, 1, 100000, 2000, "batches", "Batches of changes numbered in one transaction."),
	NUMBER(feed, digest_ms, 10, 600000, 2000, "ms", "How often the digests of what was filed, and the months of trade, are brought up to the feed."),
	NUMBER(feed, digest_batch, 100, 20000, 2000, "events", "Events counted in one step."),
	NUMBER(feed, scan, 100, 100000, 5000, "events", "Events that one request to GET /v1/events looks through at most."),
	NUMBER(feed, look_ms, 10, 60000, 100, "ms", "How often streams of events are served."),
	NUMBER(feed, heartbeat_ms, 100, 600000, 15000, "ms", "How long a stream is silent before it says that it lives; its token is looked at again then."),
	NUMBER(feed, streams, 0, 60000, 512, "streams", "Streams open at once, each worker; beyond it 503."),
	NUMBER(feed, streams_of_client, 1, 60000, 8, "streams", "Streams of one client, each worker; beyond it 429."),
	NUMBER(feed, stream_bytes, 32768, 67108864, 262144, "bytes", "What may wait for one slow reader; who takes nothing for http.body_timeout_ms is cut."),

	TEXT_(audit, origin, "tongguan/log", "The log's name in its checkpoints, unlike that of any other log: a host and path of yours. It never changes."),
	NUMBER(audit, sweep_ms, 10, 60000, 500, "ms", "How often what was written enters the log, with a new checkpoint where there was something."),
	NUMBER(audit, batch, 1, 10000, 1000, "leaves", "Leaves appended in one transaction."),

	NUMBER(tracking, sweep_ms, 10, 600000, 1000, "ms", "How often what filings tell of parcels is read from the feed, and missing steps are looked for."),
	NUMBER(tracking, batch, 100, 20000, 1000, "events", "Events of the feed read, and parcels looked at, in one step."),
	NUMBER(tracking, trace_per_minute, 1, 100000, 30, "requests", "How often one address may ask GET /v1/trace in a minute; beyond it 429."),
	TEXT_(tracking, address_header, "", "Header in which a proxy says who asks: it must set it, whatever was sent. Empty: the address that is connected."),

	NUMBER(sandbox, delay_ms, 1, 600000, 2000, "ms", "How long an authority's slow or late answer takes when the order (POST /sandbox/faults) does not say."),
	NUMBER(sandbox, clock_days, 0, 3660, 30, "days", "How far ahead an enterprise may move business time (POST /sandbox/clock)."),

	BOOL_(test, clock, "false", "Allows POST /test/clock. Refused unless the database is marked as test or sandbox."),
	TEXT_(test, kill_point, "", "Where this process kills itself, as name:count. Refused unless the database is marked as test or sandbox."),
};
const int config_setting_count = (int)COUNTOF(config_settings);

static const struct {
	const char *name, *about;
} sections[] = {
	{ "service", "The process." },
	{ "http", "Requests from enterprises, regulators and authorities." },
	{ "tls", "TLS 1.3 and 1.2 on http.address. Which certificate is whose stands in a table (tongguanctl client tls)." },
	{ "access", "Who calls, and how that is proved. Clients, their tokens and keys stand in tables (tongguanctl client)." },
	{ "batch", "Many filings in one request, a line each; and jobs, into which large ones are made." },
	{ "db", "PostgreSQL, which holds every record." },
	{ "query", "Reading." },
	{ "intake", "Storing filings in batches." },
	{ "flow", "Judging declarations and handing them to authorities." },
	{ "customs", "Signing messages to customs (XMLDSig)." },
	{ "inbox", "Storing what authorities answer." },
	{ "authority_http", "Connections to authorities. How each of them is treated stands in table authority (tongguanctl authority)." },
	{ "sign", "Signing receipts." },
	{ "identity", "Attested identities of buyers." },
	{ "privacy", "Personal data at rest: encrypted under data keys, which are stored wrapped by the key-encryption key (docs/PRIVACY.md)." },
	{ "payment_data", "Real-time payment data (GACC 2018-179). Platforms' addresses and certificates stand in tables (tongguanctl platform)." },
	{ "lookups", "Questions to departments (POST /v1/lookups). Where they are asked: tongguanctl authority set --query-url." },
	{ "credit", "Evaluation of enterprises' credit, the negative list." },
	{ "quality", "How good the data are that each sender files (GET /v1/me/quality)." },
	{ "feed", "The feed of all changes (GET /v1/events)." },
	{ "audit", "The log that anyone can check: docs/EVIDENCE.md." },
	{ "push", "Pushing events and receipts to subscriptions (webhooks)." },
	{ "log", "What is told, and how." },
	{ "tracking", "Where parcels are (GET /v1/tracking, GET /v1/trace)." },
	{ "sandbox", "What enterprises may try; only where the database is marked as sandbox." },
	{ "test", "Switches for tests." },
};

const char *config_section_about(const char *section)
{
	for (size_t i = 0; i < COUNTOF(sections); i++)
		if (strcmp(sections[i].name, section) == 0)
			return sections[i].about;
	return NULL;
}

const char *config_word_at(const char *words, int place, int *len)
{
	const char *word = words;

	while (place-- > 0)
		word = strchr(word, '|') + 1;
	*len = (int)strcspn(word, "|");
	return word;
}

int config_word_place(const char *words, const char *word)
{
	int place = 0;

	for (const char *at = words; ; at++, place++) {
		size_t len = strcspn(at, "|");

		if (strlen(word) == len && memcmp(at, word, len) == 0)
			return place;
		at += len;
		if (*at == '\0')
			return -1;
	}
}
