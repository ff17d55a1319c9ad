/*
 * A message after reading: its nodes' findings, and the check of each document.
 *
 * Reading and checking add to one list of findings per node. A field that reading refused is absent
 * from the document; that the check then misses it is not told a second time.
 */
#include "model/check.h"
#include "standard/node.h"

enum { EXCERPT_BYTES = 64 };

/* An arena that is full is marked so: its owner refuses the whole message. */
static void add(struct arena *a, struct findings **list, const struct finding *f)
{
	if (*list == NULL) {
		*list = arena_alloc(a, sizeof(**list));
		if (*list == NULL)
			return;
		findings_init(*list, a);
	}
	findings_add(*list, f);
}

void node_refuse(struct arena *a, struct node *n, const struct finding *f)
{
	add(a, &n->findings, f);
}

void node_warn(struct arena *a, struct node *n, const struct finding *f)
{
	add(a, &n->warnings, f);
}

void message_tell(struct arena *a, struct message *m, const struct finding *f)
{
	add(a, &m->warnings, f);
}

struct text node_excerpt(struct text t)
{
	if (t.at == NULL || t.len <= EXCERPT_BYTES)
		return t;
	t.len = EXCERPT_BYTES;
	while (t.len > 0 && ((unsigned char)t.at[t.len] & 0xc0) == 0x80)
		t.len--;
	return t;
}

static bool told_already(const struct findings *had, const struct finding *f)
{
	if (had == NULL || (f->rule != RULE_REQUIRED && f->rule != RULE_LINES_NONE))
		return false;
	for (int i = 0; i < had->count; i++) {
		const struct finding *h = &had->list[i];

		if (f->rule == RULE_LINES_NONE ? text_is(h->member, "lines") : h->field == f->field && h->line == f->line)
			return true;
	}
	return false;
}

void message_refuse_for(struct arena *a, struct node *n, const struct findings *found)
{
	for (int i = 0; i < found->count; i++)
		if (!told_already(n->findings, &found->list[i]))
			node_refuse(a, n, &found->list[i]);
	if (n->findings != NULL)
		n->findings->more += found->more;
}

void message_check(struct arena *a, struct message *m, const struct codebook *book, int32_t day)
{
	bool lenient = m->dialect == DIALECT_CEB && m->strictness == READ_LENIENT;
	struct findings found, tolerated;

	for (int i = 0; i < m->node_count && !a->full; i++) {
		struct node *n = &m->nodes[i];

		if (n->doc == NULL)
			continue;
		findings_init(&found, a);
		findings_init(&tolerated, a);
		if (!document_check(n->doc, book, day, &found, lenient ? &tolerated : NULL))
			message_refuse_for(a, n, &found);
		for (int k = 0; k < tolerated.count; k++)
			node_warn(a, n, &tolerated.list[k]);
	}
}

void message_refuse_node(struct arena *a, struct node *n, enum rule rule)
{
	node_refuse(a, n, &(struct finding){ .rule = rule, .line = -1 });
}

void message_refuse_unfiled(struct arena *a, struct message *m)
{
	for (int i = 0; i < m->node_count; i++) {
		struct node *n = &m->nodes[i];

		if (n->doc != NULL && n->doc->def->filer_count == 0)
			message_refuse_node(a, n, RULE_NOT_FILED);
	}
}
