/*
 * check: would these filings be taken? A line for each, without server and database.
 *
 *   orders.xml:2  order import  91330100MA2T000237/TG-0001  field.length /CEB311Message/Order[2]/OrderHead/note: …
 *
 * What only the gateway knows (who may file, what was filed before) is not judged.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/message_file.h"
#include "store/codebook_embedded.h"

struct place { /* of a filing */
	const char *path;
	int number; /* line of the file, or number of the node */
	const struct message *message;
	int node;   /* -1: the message as a whole */
};

static void put_where(struct buf *b, const struct finding *f, const struct place *p)
{
	const struct message *m = p->message;
	const struct document *doc = p->node < 0 ? NULL : m->nodes[p->node].doc;

	if (m->dialect == DIALECT_CEB)
		finding_put_xpath(b, f, doc != NULL ? doc->def : m->def, p->node);
	else
		finding_put_pointer(b, f, "");
}

static void put_finding(struct buf *b, const struct finding *f, const struct place *p)
{
	buf_str(b, rule_slug(f->rule));
	buf_char(b, ' ');
	put_where(b, f, p);
	buf_str(b, ": ");
	buf_str(b, rule_detail(f->rule, false));
	if (f->expected != NULL)
		buf_printf(b, " Due: %s.", f->expected);
	if (f->got.at != NULL)
		buf_printf(b, " Got: " TEXT_FMT ".", TEXT_ARG(f->got));
}

static void put_kind(struct buf *b, const struct document *d)
{
	if (d == NULL)
		buf_str(b, "unknown");
	else
		buf_printf(b, "%s %s", doc_kind_name(d->def->kind), direction_name(d->def->direction));
}

/* ---- for people ---- */

static void say_warnings(struct ctl *c, const struct place *p, const struct findings *w)
{
	for (int i = 0; w != NULL && i < w->count; i++) {
		struct buf b;

		buf_init(&b, &c->arena, 256);
		put_finding(&b, &w->list[i], p);
		(void)printf("%s:%d  warning  %s\n", p->path, p->number, b.at);
	}
}

static void say_node(struct ctl *c, struct arena *a, const struct place *p)
{
	const struct node *n = &p->message->nodes[p->node];
	bool bad = n->findings != NULL && findings_any(n->findings);
	struct buf b;

	buf_init(&b, a, 512);
	buf_printf(&b, "%s:%d  ", p->path, p->number);
	put_kind(&b, n->doc);
	buf_str(&b, "  ");
	if (n->doc != NULL)
		buf_text(&b, document_business_key(n->doc, a));
	buf_str(&b, bad ? "  " : "  ok");
	if (bad)
		put_finding(&b, &n->findings->list[0], p);
	if (bad && n->findings->count + n->findings->more > 1)
		buf_printf(&b, " (and %d more)", n->findings->count + n->findings->more - 1);
	(void)puts(b.full ? "" : b.at);
	if (c->verbose)
		say_warnings(c, p, n->warnings);
}

/* ---- for machines: an object a line ---- */

static void put_list(struct buf *b, const char *name, const struct findings *list, const struct place *p)
{
	buf_printf(b, ",\"%s\":[", name);
	for (int i = 0; list != NULL && i < list->count; i++) {
		struct buf where;

		buf_init(&where, b->arena, 128);
		put_where(&where, &list->list[i], p);
		buf_str(b, i == 0 ? "" : ",");
		finding_put_json(b, &list->list[i], buf_as_text(&where), false);
	}
	buf_char(b, ']');
}

static void put_place(struct buf *b, const struct place *p, bool good)
{
	buf_str(b, "{\"file\":");
	buf_json(b, text_of(p->path));
	buf_printf(b, ",\"number\":%d,\"ok\":%s", p->number, good ? "true" : "false");
}

static void say_node_json(struct arena *a, const struct place *p)
{
	const struct node *n = &p->message->nodes[p->node];
	struct buf b;

	buf_init(&b, a, 1024);
	put_place(&b, p, n->findings == NULL || !findings_any(n->findings));
	if (n->doc != NULL) {
		buf_printf(&b, ",\"kind\":\"%s\",\"direction\":\"%s\",\"customs_message\":%d,\"business_key\":", doc_kind_name(n->doc->def->kind),
		           direction_name(n->doc->def->direction), n->doc->def->number);
		buf_json(&b, document_business_key(n->doc, a));
	}
	put_list(&b, "errors", n->findings, p);
	put_list(&b, "warnings", n->warnings, p);
	buf_char(&b, '}');
	(void)puts(b.full ? "" : b.at);
}

/* ---- files ---- */

static void say_fault(struct ctl *c, const struct place *p, const struct fault *f)
{
	struct buf b;

	if (!c->as_json) {
		(void)printf(p->number > 0 ? "%s:%d  " : "%s  ", p->path, p->number);
		(void)printf("unreadable  %s: %s\n", fault_slug(f->code), f->text);
		return;
	}
	buf_init(&b, &c->arena, 256);
	put_place(&b, p, false);
	buf_str(&b, ",\"fault\":");
	buf_json(&b, text_of(fault_slug(f->code)));
	buf_str(&b, ",\"detail\":");
	buf_json(&b, text_of(f->text));
	buf_char(&b, '}');
	(void)puts(b.at);
}

static bool say_message(struct ctl *c, struct message_file *m, int i, const char *path)
{
	struct place p = { path, m->lines[i] == 0 ? 1 : m->lines[i], &m->messages[i], -1 };
	bool good = true;

	if (m->faults[i].code != FAULT_NONE) {
		say_fault(c, &p, &m->faults[i]);
		return false;
	}
	if (c->verbose && !c->as_json)
		say_warnings(c, &p, p.message->warnings);
	for (p.node = 0; p.node < p.message->node_count; p.node++) {
		const struct findings *found = p.message->nodes[p.node].findings;

		if (m->lines[i] == 0)
			p.number = p.node + 1;
		if (c->as_json)
			say_node_json(&m->arena, &p);
		else
			say_node(c, &m->arena, &p);
		good = good && (found == NULL || !findings_any(found));
	}
	return good;
}

static bool check_file(struct ctl *c, const char *path, const struct codebook *book, int32_t day)
{
	struct message_file m;
	struct fault f = { 0 };
	bool good = message_file_read(&m, path, c->strict ? READ_STRICT : READ_LENIENT, book, day, &f);

	if (!good)
		say_fault(c, &(struct place){ path, 0, NULL, -1 }, &f);
	for (int i = 0; f.code == FAULT_NONE && i < m.count; i++)
		good = say_message(c, &m, i, path) && good;
	message_file_done(&m);
	return good;
}

bool files_check(struct ctl *c, struct fault *f)
{
	struct codebook *book = codebook_embedded(f);
	int bad = 0;
	int32_t day;

	if (book == NULL || !ctl_day(c, &day, f)) {
		codebook_free(book);
		return false;
	}
	for (int i = 0; i < c->argument_count; i++)
		bad += !check_file(c, c->arguments[i], book, day);
	codebook_free(book);
	if (fflush(stdout) != 0)
		return fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
	return bad == 0 || fault_set(f, FAULT_RULE_BROKEN, "%d of %d files would not be taken whole", bad, c->argument_count);
}
