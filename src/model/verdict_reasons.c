/*
 * What is kept of a verdict: its reasons as JSON, and the digest of what was declared.
 *
 * Reasons point at fields and hold no values: whoever may read a filing finds the value at
 * the path, nobody else learns it here.
 */
#include "model/verdict.h"
#include "model/verdict_match.h"

struct side { /* of one difference */
	enum doc_kind kind;
	enum field field;
	const struct filed *filed; /* NULL: not there */
	int line;                  /* row in this document; -1: head, or not there */
	bool in_lines;
};

static void put_path(struct buf *b, const struct side *s)
{
	buf_str(b, "\"path\":[");
	if (s->in_lines)
		buf_str(b, s->line >= 0 ? "\"lines\"," : "\"lines\"");
	if (s->in_lines && s->line >= 0)
		buf_printf(b, "\"%d\",", s->line);
	if (s->field != FIELD_NONE && (!s->in_lines || s->line >= 0))
		buf_printf(b, "\"%s\"", field_name(s->field));
	buf_char(b, ']');
}

static void put_side(struct buf *b, const struct side *s)
{
	char id[ID_TEXT_BYTES];

	buf_printf(b, "{\"kind\":\"%s\",\"field\":", doc_kind_name(s->kind));
	buf_json(b, s->field == FIELD_NONE ? (struct text){ NULL, 0 } : text_of(field_name(s->field)));
	buf_str(b, ",\"filing_id\":");
	if (s->filed == NULL) {
		buf_str(b, "null");
	} else {
		id_format(&s->filed->id, id);
		buf_json(b, text_of(id));
	}
	buf_char(b, ',');
	put_path(b, s);
	buf_char(b, '}');
}

static void put_rule(struct buf *b, enum rule rule)
{
	buf_str(b, "{\"rule\":");
	buf_json(b, text_of(rule_slug(rule)));
	buf_str(b, ",\"source\":");
	buf_json(b, text_of(rule_source(rule)));
}

static void put_difference(struct buf *b, const struct difference *d)
{
	bool in_lines = d->line >= 0;
	struct side left = { d->left_kind, d->left_field, d->left, d->line, in_lines };
	struct side right = { d->right_kind, d->right_field, d->right, -1, in_lines && d->right != NULL };

	put_rule(b, d->rule);
	buf_str(b, ",\"line\":");
	if (in_lines) {
		buf_text(b, document_line_get(d->left->doc, d->line, F_LINE_NO));
		if (d->right != NULL)
			right.line = verdict_line_of(d->right->doc, d->left->doc, d->line);
	} else {
		buf_str(b, "null");
	}
	buf_str(b, ",\"left\":");
	put_side(b, &left);
	buf_str(b, ",\"right\":");
	put_side(b, &right);
	buf_str(b, ",\"corrects\":");
	buf_json(b, text_of(d->corrects == DOC_KIND_COUNT ? NULL : doc_kind_name(d->corrects)));
	buf_char(b, '}');
}

static void put_missing(struct buf *b, enum doc_kind kind)
{
	put_rule(b, RULE_FLOW_MISSING);
	buf_str(b, ",\"line\":null,\"left\":");
	put_side(b, &(struct side){ kind, FIELD_NONE, NULL, -1, false });
	buf_printf(b, ",\"right\":null,\"corrects\":\"%s\"}", doc_kind_name(kind));
}

void verdict_put_reasons(struct buf *b, const struct verdict *v)
{
	const char *comma = "";

	buf_char(b, '[');
	for (int i = 0; i < v->difference_count; i++) {
		buf_str(b, comma);
		put_difference(b, &v->differences[i]);
		comma = ",";
	}
	for (int kind = 0; kind < DOC_FLOW_COUNT; kind++) {
		if ((v->missing & FLOW(kind)) == 0)
			continue;
		buf_str(b, comma);
		put_missing(b, (enum doc_kind)kind);
		comma = ",";
	}
	buf_char(b, ']');
}

struct sha256 verdict_basis(const struct verdict *v)
{
	struct text parts[2 * DOC_FLOW_COUNT + 1] = { TEXT("tongguan declared v1\n") };
	int count = 1;

	for (int kind = 0; kind < DOC_FLOW_COUNT; kind++) {
		const struct filed *one = v->current[kind];

		/* a flow that the regime does not ask for is not declared: its coming makes no new version */
		if (one == NULL || (v->regime != NULL && (v->regime->flows & FLOW(kind)) == 0))
			continue;
		parts[count++] = text_of(doc_kind_name((enum doc_kind)kind));
		parts[count++] = (struct text){ (const char *)one->id.b, sizeof(one->id.b) };
	}
	return sha256_of_parts(parts, count);
}
