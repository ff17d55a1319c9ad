/*
 * What is told of a customs message while it is read: passed over, warned of, refused.
 */
#include "standard/ceb_reading.h"

bool ceb_arena_is_full(struct ceb_reading *r)
{
	return fault_set(r->fault, FAULT_BUSY, "no memory is left for this request");
}

bool ceb_pass_over(struct ceb_reading *r)
{
	r->passing = r->depth;
	return true;
}

bool ceb_unexpected(struct ceb_reading *r, const char *what, struct text name)
{
	return fault_set(r->fault, FAULT_BAD_XML, "%s: " TEXT_FMT, what, TEXT_ARG(node_excerpt(name)));
}

const struct field_def *ceb_field(const struct ceb_reading *r)
{
	return r->line >= 0 ? &r->def->line_fields[r->field] : &r->def->fields[r->field];
}

/* The walk's text ends with its callback. */
static bool keep_member(struct ceb_reading *r, struct finding *f)
{
	if (f->member.at == NULL)
		return true;
	f->member = text_dup(r->arena, node_excerpt(f->member));
	return f->member.at != NULL || ceb_arena_is_full(r);
}

bool ceb_tolerate(struct ceb_reading *r, struct node *node, struct finding f)
{
	if (!keep_member(r, &f))
		return false;
	f.line = node == NULL ? -1 : r->line;
	if (node == NULL)
		message_tell(r->arena, r->out, &f);
	else if (r->lenient)
		node_warn(r->arena, node, &f);
	else
		node_refuse(r->arena, node, &f);
	return true;
}

bool ceb_refuse(struct ceb_reading *r, struct finding f)
{
	f.line = r->line;
	if (!keep_member(r, &f))
		return false;
	node_refuse(r->arena, r->node, &f);
	return ceb_pass_over(r);
}
