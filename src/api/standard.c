/* GET /v1/standard: the data standard, for those who write filings by program. Built at each request: it is rare. */
#include "api/handlers.h"
#include "standard/writer.h"

enum step standard_index(struct req *r)
{
	bool first = true;
	struct buf b;

	buf_init(&b, r->arena, 2048);
	buf_str(&b, "{\"standard\":\"" STANDARD_VERSION "\",\"filings\":[");
	for (int k = 0; k < DOC_KIND_COUNT; k++) {
		for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++) {
			const struct message_def *def = message_def((enum doc_kind)k, (enum direction)d);

			if (def == NULL)
				continue;
			buf_printf(&b, "%s{\"kind\":\"%s\",\"direction\":\"%s\",\"customs_message\":%d,\"schema\":\"/v1/standard/%s/%s\"}",
			           first ? "" : ",", doc_kind_name(def->kind), direction_name(def->direction), def->number,
			           doc_kind_name(def->kind), direction_name(def->direction));
			first = false;
		}
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}

enum step standard_schema(struct req *r)
{
	const struct message_def *def = NULL;
	enum direction direction;
	enum doc_kind kind;
	struct buf b;

	if (doc_kind_by_name(r->captures[0], &kind) && direction_by_name(r->captures[1], &direction))
		def = message_def(kind, direction);
	if (def == NULL)
		return reply_fault(r, FAULT_NOT_FOUND, "the standard has no such kind and direction; see /v1/standard");
	buf_init(&b, r->arena, 65536);
	schema_put(&b, def);
	if (b.full)
		return reply_fault(r, FAULT_BUSY, "the schema is larger than the memory of a request");
	return reply_kept(r, 200, "application/schema+json", buf_as_text(&b));
}
