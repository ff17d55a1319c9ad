/*
 * convert: a file's filings in the other dialect, on standard output. To JSON one filing alone, or an array; to XML one
 * customs message. Only what would be taken is converted, so that nothing is lost or made up.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/message_file.h"
#include "standard/writer.h"
#include "store/codebook_embedded.h"

static void put_json(struct buf *b, const struct message *m)
{
	bool many = m->node_count > 1;

	buf_str(b, many ? "[" : "");
	for (int i = 0; i < m->node_count; i++) {
		size_t ignored;

		buf_str(b, i == 0 ? "" : ",\n");
		canonical_put(b, m->nodes[i].doc, &ignored);
	}
	buf_str(b, many ? "]\n" : "\n");
}

static bool put_xml(struct buf *b, const struct message *m, struct text *guid, struct fault *f)
{
	const struct document **docs = arena_alloc(b->arena, sizeof(*docs) * (size_t)m->node_count);

	if (docs == NULL)
		return fault_set(f, FAULT_BUSY, "no memory");
	for (int i = 0; i < m->node_count; i++) {
		docs[i] = m->nodes[i].doc;
		if (docs[i]->def != docs[0]->def)
			return fault_set(f, FAULT_RULE_BROKEN, "filing %d is of another kind than the first; a customs message holds one kind", i + 1);
	}
	if (guid->at == NULL)
		*guid = document_get(docs[0], F_GUID);
	ceb_put_enveloped(b, docs, m->node_count, &(struct ceb_envelope){
		.guid = *guid, .exchange_id = m->exchange_id, .now_us = clock_now_us(&(struct clock){ 0 }) });
	return true;
}

static bool is_good(const struct message_file *m, int i, const char *path, struct fault *f)
{
	if (m->faults[i].code != FAULT_NONE)
		return fault_set(f, FAULT_RULE_BROKEN, "%.100s: %.90s", path, m->faults[i].text);
	for (int n = 0; n < m->messages[i].node_count; n++)
		if (m->messages[i].nodes[n].findings != NULL)
			return fault_set(f, FAULT_RULE_BROKEN, "%.100s: filing %d has mistakes, see tongguanctl check", path, n + 1);
	return true;
}

static bool convert(const struct ctl *c, struct message_file *m, const char *path, struct fault *f)
{
	bool to_xml = strcmp(c->to, "xml") == 0;

	for (int i = 0; i < m->count; i++) {
		struct text guid = m->messages[i].guid;
		struct buf b;

		if (!is_good(m, i, path, f))
			return false;
		buf_init(&b, &m->arena, 2 * m->content.len + 1024);
		if (!to_xml)
			put_json(&b, &m->messages[i]);
		else if (!put_xml(&b, &m->messages[i], &guid, f))
			return false;
		if (b.full)
			return fault_set(f, FAULT_BUSY, "no memory");
		(void)fwrite(b.at, 1, b.len, stdout);
	}
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool file_convert(struct ctl *c, struct fault *f)
{
	struct codebook *book;
	struct message_file m;
	int32_t day;
	bool good;

	if (c->to == NULL || (strcmp(c->to, "xml") != 0 && strcmp(c->to, "json") != 0))
		return fault_set(f, FAULT_BAD_REQUEST, "--to is xml or json");
	if (!ctl_day(c, &day, f) || (book = codebook_embedded(f)) == NULL)
		return false;
	good = message_file_read(&m, c->arguments[0], c->strict ? READ_STRICT : READ_LENIENT, book, day, f) && convert(c, &m, c->arguments[0], f);
	message_file_done(&m);
	codebook_free(book);
	return good;
}
