/*
 * fsck, third part: what has no hash of its own. filing_key is written by the statement that writes the filing, and outlives it;
 * submission holds the raw message whose digest the filing has, once for all filings of a batch. Both follow from what is in the log.
 */
#include "ctl/fsck.h"

#define BUCKET_OF(id) "((get_byte(uuid_send(" id "), 6) & 15) << 8 | get_byte(uuid_send(" id "), 7))"
#define FILED \
	"select u.id from leaf l join coverage c on c.id = l.coverage_id cross join lateral unnest(l.ids) as u(id) where c.relation = 'filing'"

/* The first that differs: its id, and what about it. */
static bool find(struct fsck *k, const char *sql, struct fault *f)
{
	const struct db_rows *r = ctl_run(k->c, sql, NULL, 0, f);
	char text[ID_TEXT_BYTES] = "?";
	struct id id;

	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return true;
	if (db_get_id(r, 0, 0, &id))
		id_format(&id, text);
	return fault_set(f, FAULT_RULE_BROKEN, "filing %s: " TEXT_FMT, text, TEXT_ARG(db_get_text(r, 0, 1)));
}

static const char keys_are_there[] =
	"with e as (" FILED ")"
	" select e.id, 'filing_key is missing' from e left join filing_key k on k.filing_id = e.id where k.filing_id is null order by e.id limit 1";

static const char keys_are_filed[] =
	"with e as (" FILED ")"
	" select k.filing_id, 'filing_key is not in the log' from filing_key k left join e on e.id = k.filing_id where e.id is null order by 1 limit 1";

/* As long as the filing is kept, its key is the same in all; afterwards the receipt says what it was. */
static const char keys_fit[] =
	"select f.id, case when k.filing_id is null then 'filing_key is missing' else 'filing_key differs' end"
	" from filing f left join lateral ("
	"  select * from filing_key x where x.bucket = f.bucket and x.key_id = f.key_id and x.revision = f.revision offset 0) k on true"
	" where k.filing_id is distinct from f.id or k.kind <> f.kind or k.direction <> f.direction or k.business_key <> f.business_key"
	"  or k.client_id <> f.client_id or k.doc_sha256 <> f.doc_sha256"
	" order by f.bucket, f.id limit 1";

static const char receipts_fit[] =
	"select k.filing_id, case when r.text is null then 'its receipt is missing' else 'filing_key does not fit its receipt' end"
	" from filing_key k left join lateral (select substring(s.receipts from k.receipt_from + 1 for k.receipt_len) as text from seal s"
	"   where s.bucket = " BUCKET_OF("k.seal_id") " and s.id = k.seal_id and k.receipt_from >= 0 and k.receipt_len > 0 offset 0) r on true"
	" cross join lateral (select convert_to('{\"id\":\"' || k.filing_id || '\",\"kind\":\"' || k.kind || '\",\"direction\":\"' || k.direction || '\",', 'UTF8') as head,"
	"   convert_to(',\"business_key\":' || to_json(k.business_key)::text || ',\"revision\":' || k.revision || ',', 'UTF8') as key,"
	"   convert_to('\"document_sha256\":\"' || encode(k.doc_sha256, 'hex') || '\",\"seal\":{', 'UTF8') as digest, convert_to('\"}}', 'UTF8') as tail) w"
	" where r.text is null or substring(r.text for length(w.head)) <> w.head or position(w.key in r.text) = 0 or position(w.digest in r.text) = 0"
	"  or substring(r.text from k.receipt_len - 2) <> w.tail"
	"  or position(convert_to(',\"seal\":{', 'UTF8') in substring(r.text from position(w.digest in r.text) + length(w.digest))) > 0"
	" order by k.filing_id limit 1";

/* A message of several nodes came with the first of them that was written; messages of one lie in their batch's row. */
static const char messages_fit[] =
	"select f.id, case when m.id is null then 'its message is missing' when sha256(m.part) <> f.message_sha256 then 'its message is not what was received'"
	"   else 'its message has another time' end"
	" from filing f left join lateral ("
	"  select x.id, x.received_at, substring(x.body from f.message_from + 1 for f.message_len) as part from submission x"
	"  where x.bucket = " BUCKET_OF("f.submission_id") " and x.id = f.submission_id offset 0) m on true"
	" where m.id is null or sha256(m.part) <> f.message_sha256"
	"  or m.received_at <> (select min(g.received_at) from filing g where g.message_tag = f.message_tag and g.submission_id = f.submission_id)"
	" order by f.bucket, f.id limit 1";

bool fsck_filings(struct fsck *k, struct fault *f)
{
	static const char *const passes[] = { keys_are_there, keys_are_filed, keys_fit, receipts_fit, messages_fit };
	const struct db_rows *r;

	for (size_t i = 0; i < COUNTOF(passes); i++)
		if (!find(k, passes[i], f))
			return false;
	r = ctl_run(k->c, "select (select count(*) from filing_key), (select count(*) from submission)", NULL, 0, f);
	if (r == NULL)
		return false;
	fsck_say(k, "filing_key", db_get_int(r, 0, 0), "and their receipts");
	fsck_say(k, "submission", db_get_int(r, 0, 1), "by the digests of their messages");
	return true;
}
