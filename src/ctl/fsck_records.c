/*
 * fsck, second part: each covered table and the leaves about it hold the same records.
 *
 * What a record's text is stands in its coverage; the expression is made here anew (0019_log.sql has it as log_record_sql). Where a
 * table's columns changed it has several coverages, and each record is of one of them.
 */
#include "ctl/fsck.h"

enum { COVERAGES_MAX = 256, SQL_BYTES = 65536 };

struct cover {
	int64_t id;
	struct text relation, key, at, columns, key_type; /* columns: name:form, a line feed between */
	bool is_partitioned;
};

struct covers {
	struct cover all[COVERAGES_MAX];
	int count;
};

/* --- words of SQL --------------------------------------------------------------------------------------------------------------- */

static void put_quoted(struct buf *b, struct text t, char quote)
{
	buf_char(b, quote);
	for (size_t i = 0; i < t.len; i++) {
		buf_char(b, t.at[i]);
		if (t.at[i] == quote)
			buf_char(b, quote);
	}
	buf_char(b, quote);
}

static void put_column(struct buf *b, struct text name)
{
	buf_str(b, "v.");
	put_quoted(b, name, '"');
}

static bool split_column(struct text one, struct text *name, struct text *form)
{
	const char *colon = memrchr(one.at, ':', one.len);

	if (colon == NULL)
		return false;
	*name = (struct text){ one.at, (size_t)(colon - one.at) };
	*form = (struct text){ colon + 1, one.len - name->len - 1 };
	return true;
}

static bool put_member(struct buf *b, struct text one)
{
	static const struct { const char *form, *before, *after; } forms[] = {
		{ "plain", "", "" },
		{ "time", "to_char(", " at time zone 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+08:00\"')" },
		{ "hex", "encode(", ", 'hex')" },
		{ "sha256", "encode(sha256(", "), 'hex')" },
		{ "digest", "encode(sha256(convert_to(", ", 'UTF8')), 'hex')" },
	};
	struct text name, form;

	if (!split_column(one, &name, &form))
		return false;
	for (size_t i = 0; i < COUNTOF(forms); i++) {
		if (!text_is(form, forms[i].form))
			continue;
		buf_str(b, ", ");
		put_quoted(b, name, '\'');
		buf_printf(b, ", %s", forms[i].before);
		put_column(b, name);
		buf_str(b, forms[i].after);
		return true;
	}
	return false;
}

/* The hash of row v. False: a form is not known to this program. */
static bool put_hash(struct buf *b, const struct cover *c)
{
	struct text rest = c->columns, one;

	buf_str(b, "sha256('\\x00'::bytea || convert_to(json_build_object('table', ");
	put_quoted(b, c->relation, '\'');
	while (text_next(&rest, '\n', &one))
		if (!put_member(b, one))
			return false;
	buf_str(b, ")::text, 'UTF8'))");
	return true;
}

/* The name of row v in leaves. */
static void put_key(struct buf *b, const struct cover *c)
{
	static const struct { const char *type, *before, *after; } types[] = {
		{ "uuid", "", "" },
		{ "text", "left(encode(sha256(convert_to(", ", 'UTF8')), 'hex'), 32)::uuid" },
		{ "bytea", "left(encode(sha256(", "), 'hex'), 32)::uuid" },
		{ "", "lpad(to_hex(", "::bigint), 32, '0')::uuid" },
	};
	size_t i = 0;

	while (types[i].type[0] != '\0' && !text_is(c->key_type, types[i].type))
		i++;
	buf_str(b, types[i].before);
	put_column(b, c->key);
	buf_str(b, types[i].after);
}

static void put_entries(struct buf *b, const char *where)
{
	buf_printf(b, "/* what leaves hold */ select l.id as leaf_id, l.coverage_id, u.id, substring(l.hashes from (u.n::integer - 1) * 32 + 1 for 32) as hash"
	              " from leaf l cross join lateral unnest(l.ids) with ordinality as u(id, n) where l.coverage_id %s", where);
}

/* --- what is compared --------------------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct db_rows *r, int col, char out[ID_TEXT_BYTES])
{
	struct id id;

	if (!db_get_id(r, 0, col, &id))
		return "?";
	id_format(&id, out);
	return out;
}

static bool says_differs(struct fsck *k, const struct cover *c, const struct db_rows *found, struct fault *f)
{
	long long leaf = (long long)db_get_int(found, 0, 0);
	char text[ID_TEXT_BYTES];
	const struct db_rows *r;
	struct db_param name;
	struct id id;
	struct buf sql;

	if (!db_get_id(found, 0, 1, &id))
		return fault_set(f, FAULT_RULE_BROKEN, "row %lld of leaf names no record", leaf);
	id_format(&id, text);
	name = db_id(&id);
	buf_init(&sql, &k->c->arena, SQL_BYTES / 16);
	buf_str(&sql, "/* is it there at all */ select exists (select from ");
	put_quoted(&sql, c->relation, '"');
	buf_str(&sql, " v where ");
	put_key(&sql, c);
	buf_str(&sql, " = $1::uuid)");
	r = ctl_run(k->c, sql.at, &name, 1, f);
	if (r == NULL)
		return false;
	return fault_set(f, FAULT_RULE_BROKEN, TEXT_FMT " %s %s (row %lld of leaf)", TEXT_ARG(c->relation), text,
	                 db_get_int(r, 0, 0) != 0 ? "is not what was logged" : "is missing", leaf);
}

/* Records of a month that retention removed are not missing. */
static void put_kept(struct buf *b, const struct cover *c)
{
	if (!c->is_partitioned)
		return;
	buf_str(b, " and not " FSCK_IS_RETIRED("e.id"));
	put_quoted(b, c->relation, '\'');
	buf_char(b, ')');
}

/* Every entry of the leaves has its record. */
static bool entries_are_there(struct fsck *k, const struct cover *c, struct fault *f)
{
	const struct db_rows *r;
	char where[32];
	struct buf b;
	bool good;

	(void)snprintf(where, sizeof(where), "= %lld", (long long)c->id);
	buf_init(&b, &k->c->arena, SQL_BYTES / 8);
	buf_str(&b, "/* entries without their record */ with e as (");
	put_entries(&b, where);
	buf_str(&b, "), r as (select ");
	put_key(&b, c);
	buf_str(&b, " as id, ");
	good = put_hash(&b, c);
	buf_str(&b, " as hash from ");
	put_quoted(&b, c->relation, '"');
	buf_str(&b, " v) select e.leaf_id, e.id from e left join r on r.id = e.id and r.hash = e.hash where r.id is null");
	put_kept(&b, c);
	buf_str(&b, " order by e.leaf_id, e.id limit 1");
	if (!good || b.full)
		return fault_set(f, FAULT_RULE_BROKEN, "coverage %lld cannot be read by this program", (long long)c->id);
	r = ctl_run(k->c, b.at, NULL, 0, f);
	return r != NULL && (db_row_count(r) == 0 || says_differs(k, c, r, f));
}

/* Every record is in a leaf, as one of the coverages of its table has it. */
static bool records_are_logged(struct fsck *k, const struct covers *all, const struct cover *c, struct fault *f)
{
	const struct db_rows *r;
	char id[ID_TEXT_BYTES];
	struct buf where, hashes, b;

	buf_init(&where, &k->c->arena, 256);
	buf_init(&hashes, &k->c->arena, SQL_BYTES / 8);
	buf_init(&b, &k->c->arena, SQL_BYTES / 4);
	for (const struct cover *x = all->all; x < all->all + all->count; x++) {
		if (!text_eq(x->relation, c->relation))
			continue;
		buf_printf(&where, "%s%lld", where.len == 0 ? "in (" : ", ", (long long)x->id);
		buf_printf(&hashes, " when %lld then ", (long long)x->id);
		if (!put_hash(&hashes, x))
			return fault_set(f, FAULT_RULE_BROKEN, "coverage %lld cannot be read by this program", (long long)x->id);
	}
	buf_char(&where, ')');
	buf_str(&b, "/* records without their entry */ with e as (");
	put_entries(&b, where.at);
	buf_str(&b, ") select ");
	put_key(&b, c);
	buf_str(&b, " from ");
	put_quoted(&b, c->relation, '"');
	buf_str(&b, " v left join e on e.id = ");
	put_key(&b, c);
	buf_str(&b, " and e.hash = case e.coverage_id");
	buf_text(&b, buf_as_text(&hashes));
	buf_str(&b, " end where e.id is null order by ");
	put_column(&b, c->at);
	buf_str(&b, " limit 1");
	if (b.full)
		return fault_set(f, FAULT_SYSTEM, "no memory for a statement");
	r = ctl_run(k->c, b.at, NULL, 0, f);
	return r != NULL
	       && (db_row_count(r) == 0 || fault_set(f, FAULT_RULE_BROKEN, TEXT_FMT " %s is not in the log", TEXT_ARG(c->relation), name_of(r, 0, id)));
}

/* --- all of them ------------------------------------------------------------------------------------------------------------------------ */

static bool read_covers(struct fsck *k, struct covers *out, struct fault *f)
{
	struct arena *a = &k->c->arena;
	const struct db_rows *r = ctl_run(k->c,
		"select c.id, c.relation, c.key, c.at, array_to_string(c.columns, E'\\n'), coalesce(format_type(a.atttypid, null), ''), coalesce(t.relkind = 'p', false)"
		" from coverage c left join pg_class t on t.oid = to_regclass(quote_ident(c.relation))"
		" left join pg_attribute a on a.attrelid = t.oid and a.attname = c.key and not a.attisdropped order by c.id limit 256", NULL, 0, f);

	if (r == NULL)
		return false;
	out->count = db_row_count(r);
	for (int row = 0; row < out->count; row++) {
		struct cover *c = &out->all[row];

		*c = (struct cover){ .id = db_get_int(r, row, 0), .relation = text_dup(a, db_get_text(r, row, 1)), .key = text_dup(a, db_get_text(r, row, 2)),
			             .at = text_dup(a, db_get_text(r, row, 3)), .columns = text_dup(a, db_get_text(r, row, 4)),
			             .key_type = text_dup(a, db_get_text(r, row, 5)), .is_partitioned = db_get_int(r, row, 6) != 0 };
		if (!a->full && c->key_type.len == 0)
			return fault_set(f, FAULT_RULE_BROKEN, "coverage %lld: there is no table " TEXT_FMT " with a column " TEXT_FMT, (long long)c->id,
			                 TEXT_ARG(c->relation), TEXT_ARG(c->key));
	}
	return !a->full || fault_set(f, FAULT_SYSTEM, "no memory for the coverages");
}

static bool say_count(struct fsck *k, const struct cover *c, struct fault *f)
{
	const struct db_param params[] = { db_i64(&k->c->arena, c->id) };
	const struct db_rows *r = ctl_run(k->c, "select coalesce(sum(cardinality(ids)), 0)::bigint from leaf where coverage_id = $1::bigint", params, 1, f);
	char *ended = arena_copy(&k->c->arena, c->relation.at, c->relation.len);

	if (r == NULL || ended == NULL)
		return false;
	fsck_say(k, ended, db_get_int(r, 0, 0), "records");
	return true;
}

bool fsck_records(struct fsck *k, struct fault *f)
{
	struct covers *all = arena_zalloc(&k->c->arena, sizeof(*all));

	if (all == NULL || !read_covers(k, all, f))
		return fault_set(f, FAULT_SYSTEM, "no memory");
	for (const struct cover *c = all->all; c < all->all + all->count; c++)
		if (!entries_are_there(k, c, f) || !records_are_logged(k, all, c, f) || !say_count(k, c, f))
			return false;
	return true;
}
