#include "api/event_wish.h"

#include "model/authority.h"
#include "model/event.h"
#include "model/field.h"

static bool read_place(struct req *r, struct event_wish *w, struct fault *f)
{
	struct text cursor = httpd_query(r->http, "cursor"), last = httpd_header(r->http, "Last-Event-ID");

	w->after = EVENTS_LATEST;
	if (last.len > 0)
		cursor = last;
	w->says_where = cursor.at != NULL;
	if (cursor.at == NULL || text_is(cursor, "latest"))
		return true;
	if (!text_to_i64(cursor, &w->after) || w->after < 0)
		return fault_set(f, FAULT_BAD_REQUEST, "the cursor is the number of an event, 0, or latest");
	return true;
}

static bool check_types(struct text types, struct fault *f)
{
	struct text part;

	if (types.at != NULL && types.len == 0)
		return fault_set(f, FAULT_BAD_REQUEST, "type names no type of event");
	while (types.at != NULL && text_next(&types, ',', &part))
		if (!event_type_is_known(part))
			return fault_set(f, FAULT_BAD_REQUEST, "type is one or several of the types in docs/API.md, with commas");
	return true;
}

bool event_wish_read(struct req *r, struct event_wish *w, struct fault *f)
{
	struct text declaration = httpd_query(r->http, "declaration_id");
	enum authority authority;
	enum doc_kind kind;

	*w = (struct event_wish){ .types = httpd_query(r->http, "type"), .kind = httpd_query(r->http, "kind"),
		                  .authority = httpd_query(r->http, "authority"), .has_declaration = declaration.at != NULL };
	if (!read_place(r, w, f) || !check_types(w->types, f))
		return false;
	if (w->has_declaration && !id_parse(declaration, &w->declaration))
		return fault_set(f, FAULT_BAD_REQUEST, "declaration_id is not one of our ids");
	if (w->kind.at != NULL && !doc_kind_by_name(w->kind, &kind))
		return fault_set(f, FAULT_BAD_REQUEST, "kind is a kind of filing");
	if (w->authority.at != NULL && !authority_by_code(w->authority, &authority))
		return fault_set(f, FAULT_BAD_REQUEST, "authority is a role code, such as CUS");
	return true;
}

static bool names(struct text types, struct text type)
{
	struct text part;

	while (text_next(&types, ',', &part))
		if (text_eq(part, type))
			return true;
	return false;
}

bool event_wish_fits(const struct event_wish *w, const struct event_shown *e)
{
	return (w->types.at == NULL || names(w->types, e->type)) && (w->kind.at == NULL || text_eq(w->kind, e->kind))
	       && (w->authority.at == NULL || text_eq(w->authority, e->authority))
	       && (!w->has_declaration || (e->has_declaration && id_eq(&w->declaration, &e->declaration)));
}
