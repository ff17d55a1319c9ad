/* Any bytes as a batch of lines, cut as its first byte says: no line is lost or told twice, each is read or has its fault. */
#include "fuzz.h"
#include "standard/ndjson.h"

enum { LINE_BYTES = 512 };

static int count_lines(struct text body)
{
	struct ndjson_line line;
	struct ndjson n;
	int count = 0, before = 0;

	ndjson_begin(&n, body, 1);
	for (; ndjson_next(&n, &line); count++) {
		fuzz_must(line.text.len > 0 && line.number > before);
		before = line.number;
	}
	return count;
}

static void fuzz_node(struct arena *a, const struct node *n)
{
	fuzz_must((n->fault == NULL) == (n->doc != NULL || n->findings != NULL));
	if (n->fault != NULL)
		fuzz_must(n->fault->code == FAULT_BAD_JSON || n->fault->code == FAULT_LINE_TOO_LONG || n->fault->code == FAULT_TOO_LARGE);
	else if (n->findings == NULL)
		fuzz_same_again(a, n->doc);
}

/* Returns how many lines the piece has; their numbers follow on those before. */
static int fuzz_piece(const struct ndjson_piece *p, int *before)
{
	struct fault f = { 0 };
	struct message m;
	struct arena a;

	arena_init(&a, FUZZ_ARENA_BYTES);
	fuzz_must(p->first > *before && p->last >= p->first);
	fuzz_must(message_read_ndjson(&a, p, LINE_BYTES, &m, &f));
	fuzz_must(m.node_count == p->lines && m.nodes[0].line == p->first && m.nodes[m.node_count - 1].line == p->last);
	for (int i = 0; i < m.node_count; i++) {
		fuzz_must(m.nodes[i].line > *before);
		*before = m.nodes[i].line;
		fuzz_node(&a, &m.nodes[i]);
	}
	arena_done(&a);
	return p->lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text body = { (const char *)data + 1, size - 1 };
	struct ndjson_piece p;
	struct ndjson n;
	int found = 0, before = 0, lines_max;

	if (size == 0)
		return 0;
	lines_max = data[0] % NODES_MAX + 1;
	ndjson_begin(&n, body, 1);
	while (ndjson_cut(&n, lines_max, 64 + (size_t)data[0] * 8, &p)) {
		fuzz_must(p.lines >= 1 && p.lines <= lines_max && (p.lines == 1 || p.body.len <= 64 + (size_t)data[0] * 8));
		found += fuzz_piece(&p, &before);
	}
	fuzz_must(found == count_lines(body));
	return 0;
}
