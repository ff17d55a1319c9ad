#include "store/log_record.h"

#include <assert.h>

#include "base/clock.h"
#include "model/log_leaf.h"

static void put_name(struct buf *b, const char *name)
{
	buf_str(b, b->len == 1 ? "\"" : ", \"");
	buf_str(b, name);
	buf_str(b, "\" : ");
}

void log_record_begin(struct buf *scratch, const char *table)
{
	scratch->len = 0;
	buf_char(scratch, '{');
	log_record_text(scratch, "table", text_of(table));
}

void log_record_number(struct buf *b, const char *column, int64_t n)
{
	put_name(b, column);
	buf_i64(b, n);
}

void log_record_text(struct buf *b, const char *column, struct text t)
{
	put_name(b, column);
	buf_json(b, t);
}

void log_record_id(struct buf *b, const char *column, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	if (id != NULL)
		id_format(id, text);
	log_record_text(b, column, id == NULL ? (struct text){ NULL, 0 } : text_of(text));
}

void log_record_time(struct buf *b, const char *column, int64_t us)
{
	char at[CLOCK_RFC3339_BYTES];

	clock_rfc3339(us, 6, at);
	log_record_text(b, column, text_of(at));
}

void log_record_hex(struct buf *b, const char *column, struct text bytes)
{
	if (bytes.at == NULL) {
		log_record_text(b, column, bytes);
		return;
	}
	put_name(b, column);
	buf_char(b, '"');
	buf_hex(b, bytes.at, bytes.len);
	buf_char(b, '"');
}

void log_record_sha256(struct buf *b, const char *column, struct text bytes)
{
	struct sha256 digest;

	if (bytes.at != NULL)
		digest = sha256_of(bytes);
	log_record_hex(b, column, bytes.at == NULL ? bytes : (struct text){ (const char *)digest.b, sizeof(digest.b) });
}

/* "{a,b}" as ["a","b"]; elements that need no escape in either. */
static void put_array(struct buf *b, const char *column, struct text literal, const char *quote)
{
	if (literal.at == NULL) {
		log_record_text(b, column, literal);
		return;
	}
	assert(literal.len >= 2 && literal.at[0] == '{' && literal.at[literal.len - 1] == '}');
	put_name(b, column);
	buf_char(b, '[');
	for (size_t i = 1; i < literal.len - 1; i++) {
		if (i == 1)
			buf_str(b, quote);
		if (literal.at[i] != ',') {
			buf_char(b, literal.at[i]);
			continue;
		}
		buf_str(b, quote);
		buf_char(b, ',');
		buf_str(b, quote);
	}
	if (literal.len > 2)
		buf_str(b, quote);
	buf_char(b, ']');
}

void log_record_numbers(struct buf *b, const char *column, struct text literal)
{
	put_array(b, column, literal, "");
}

void log_record_ids(struct buf *b, const char *column, struct text literal)
{
	put_array(b, column, literal, "\"");
}

struct sha256 log_record_end(struct buf *b)
{
	buf_char(b, '}');
	return log_record_hash(buf_as_text(b));
}
