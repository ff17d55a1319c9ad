/* Lines, pieces of lines, and a piece read line by line with the reader of single filings. */
#include "standard/ndjson.h"

#include <assert.h>
#include <limits.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

void ndjson_begin(struct ndjson *n, struct text body, int first)
{
	if (first == 1 && text_starts(body, BYTE_ORDER_MARK))
		body = (struct text){ body.at + sizeof(BYTE_ORDER_MARK) - 1, body.len - (sizeof(BYTE_ORDER_MARK) - 1) };
	*n = (struct ndjson){ .rest = body, .number = first };
}

bool ndjson_next(struct ndjson *n, struct ndjson_line *out)
{
	while (n->rest.len > 0) {
		const char *end = memchr(n->rest.at, '\n', n->rest.len);
		struct text line = { n->rest.at, end == NULL ? n->rest.len : (size_t)(end - n->rest.at) };
		int number = n->number;

		n->rest.at += line.len + (end != NULL);
		n->rest.len -= line.len + (end != NULL);
		n->number += n->number < INT_MAX;
		line = text_trim(line);
		if (line.len == 0)
			continue;
		*out = (struct ndjson_line){ line, number };
		return true;
	}
	return false;
}

bool ndjson_cut(struct ndjson *n, int lines_max, size_t bytes_max, struct ndjson_piece *out)
{
	struct ndjson_piece piece = { .lines = 0 };
	struct ndjson after = *n;
	struct ndjson_line line;

	while (piece.lines < lines_max && ndjson_next(&after, &line)) {
		const char *end = line.text.at + line.text.len;

		if (piece.lines == 0) {
			piece.body.at = line.text.at;
			piece.first = line.number;
		} else if ((size_t)(end - piece.body.at) > bytes_max) {
			break;
		}
		piece.body.len = (size_t)(end - piece.body.at);
		piece.last = line.number;
		piece.lines++;
		*n = after;
	}
	if (piece.lines == 0)
		return false;
	*out = piece;
	return true;
}

/* The node's own fault, kept in the arena. */
static bool refuse_line(struct arena *a, struct node *node, const struct fault *why)
{
	node->fault = arena_copy(a, why, sizeof(*why));
	return node->fault != NULL;
}

static bool read_line(struct arena *a, const struct ndjson_line *line, size_t line_bytes, struct node *out)
{
	struct fault f = { 0 };
	struct message one;

	*out = (struct node){ .line = line->number };
	if (line->text.len > line_bytes)
		(void)fault_set(&f, FAULT_LINE_TOO_LONG, "a line may have %zu bytes", line_bytes);
	else if (line->text.at[0] != '{')
		(void)fault_set(&f, FAULT_BAD_JSON, "a line holds one filing: a JSON object");
	else if (message_read_json(a, line->text, &one, &f)) {
		out->doc = one.nodes[0].doc;
		out->findings = one.nodes[0].findings;
		return true;
	}
	return !a->full && refuse_line(a, out, &f);
}

bool message_read_ndjson(struct arena *a, const struct ndjson_piece *piece, size_t line_bytes, struct message *out, struct fault *f)
{
	struct ndjson n = { piece->body, piece->first };
	struct ndjson_line line;

	assert(piece->lines >= 1 && piece->lines <= NODES_MAX);
	*out = (struct message){ .dialect = DIALECT_JSON, .is_batch = true };
	out->nodes = arena_alloc(a, sizeof(*out->nodes) * (size_t)piece->lines);
	if (out->nodes == NULL)
		return fault_set(f, FAULT_BUSY, "no memory is left for this request");
	while (out->node_count < piece->lines && ndjson_next(&n, &line))
		if (!read_line(a, &line, line_bytes, &out->nodes[out->node_count++]))
			return fault_set(f, FAULT_BUSY, "no memory is left for this request");
	return true;
}
