#include "flow/judge_priv.h"
#include "model/inspection.h"

static void put_inspection(struct buf *b, const struct inspection *i)
{
	buf_str(b, ",\"selected_by\":[");
	for (int k = 0; k < i->count; k++)
		buf_printf(b, "%s\"%s\"", k == 0 ? "" : ",", authority_code(i->selected_by[k]));
	buf_printf(b, "],\"result\":\"%s\"", inspection_result_name(i->result));
	clock_put_member(b, "opened_at", i->opened_us);
	if (i->count > 1)
		clock_put_member(b, "joined_at", i->joined_us);
	if (i->closed_us != INT64_MIN)
		clock_put_member(b, "closed_at", i->closed_us);
}

static void put_recognised(struct buf *b, const struct judged *j, int version)
{
	bool first = true;

	buf_str(b, ",\"recognised\":[");
	for (int i = 0; i < j->part_count; i++) {
		const struct part *p = &j->parts[i];

		if (p->version != version || p->recognised == NULL)
			continue;
		buf_printf(b, "%s{\"authority\":\"%s\",\"giver\":\"%s\",\"outcome\":\"%s\",\"rule_id\":%d", first ? "" : ",", authority_code(p->authority),
		           authority_code(p->recognised->giver), outcome_name(part_outcome(p)), (int)p->recognised->id);
		clock_put_member(b, "at", p->recognised_us);
		buf_char(b, '}');
		first = false;
	}
	buf_char(b, ']');
}

void judge_joint(const struct judged *j, struct judge_context *x)
{
	int version = clearance_declared(j->parts, j->part_count);
	struct buf *b = &x->joint;
	struct inspection inspection;
	char id[ID_TEXT_BYTES];
	bool is_there = inspection_of(j->parts, j->part_count, version, &inspection), is_told = is_there;

	for (int i = 0; i < j->part_count; i++)
		is_told = is_told || (j->parts[i].version == version && (j->parts[i].recognised != NULL || j->parts[i].contradicted));
	if (!is_told)
		return;
	if (b->len == 0) {
		buf_init(b, x->arena, 512);
		buf_char(b, '[');
	} else {
		buf_char(b, ',');
	}
	id_format(&j->id, id);
	buf_printf(b, "{\"declaration_id\":\"%s\",\"version\":%d", id, version);
	if (is_there)
		put_inspection(b, &inspection);
	put_recognised(b, j, version);
	buf_char(b, '}');
}
