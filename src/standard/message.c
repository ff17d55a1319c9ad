/*
 * A message after reading: its nodes' findings, and the check of each document.
 *
 * Reading and checking add to one list of findings per node. A field that reading refused is absent
 * from the document; that the check then misses it is not told a second time.
 */
#include "model/check.h"
#include "standard/node.h"

enum { EXCERPT_BYTES = 64 };

void node_refuse(struct arena *a, struct node *n, const struct finding *f)
{
	if (n->findings == NULL) {
		n->findings = arena_alloc(a, sizeof(*n->findings));
		if (n->findings == NULL)
			return; /* the arena is marked full: its owner refuses the whole message */
		findings_init(n->findings, a);
	}
	findings_add(n->findings, f);
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

void message_check(struct arena *a, struct message *m, const struct codebook *book, int32_t day)
{
	struct findings found;

	for (int i = 0; i < m->node_count && !a->full; i++) {
		struct node *n = &m->nodes[i];

		if (n->doc == NULL)
			continue;
		findings_init(&found, a);
		if (document_check(n->doc, book, day, &found))
			continue;
		for (int k = 0; k < found.count; k++)
			if (!told_already(n->findings, &found.list[k]))
				node_refuse(a, n, &found.list[k]);
		if (n->findings != NULL)
			n->findings->more += found.more;
	}
}
