/* GET /v1/standard: the data standard, for those who write filings by program. Built at each request: it is rare. */
#include "api/handlers.h"
#include "standard/writer.h"

static void put_fields(struct buf *b, const char *name, const enum field *fields, int count)
{
	buf_printf(b, ",\"%s\":[", name);
	for (int i = 0; i < count; i++)
		buf_printf(b, "%s\"%s\"", i == 0 ? "" : ",", field_name(fields[i]));
	buf_char(b, ']');
}

static void put_message(struct buf *b, const struct message_def *def)
{
	const char *kind = doc_kind_name(def->kind), *direction = direction_name(def->direction);

	buf_printf(b, "{\"kind\":\"%s\",\"direction\":\"%s\",\"customs_message\":%d,\"title\":\"%s\",\"description\":\"%s\"", kind,
	           direction, def->number, def->zh, def->en);
	put_fields(b, "business_key", def->key, def->key_count);
	if (def->filer_count > 0) {
		put_fields(b, "filed_by", def->filers, def->filer_count);
		buf_printf(b, ",\"receipt\":%d", def->receipt);
	}
	buf_printf(b, ",\"schema\":\"/v1/standard/%s/%s\",\"xml_schema\":\"/v1/standard/%s/%s/xml-schema\"}", kind, direction, kind, direction);
}

static void put_messages(struct buf *b, const char *name, int from, int to)
{
	bool first = true;

	buf_printf(b, "\"%s\":[", name);
	for (int k = from; k < to; k++) {
		for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++) {
			const struct message_def *def = message_def((enum doc_kind)k, (enum direction)d);

			if (def == NULL)
				continue;
			buf_str(b, first ? "" : ",");
			put_message(b, def);
			first = false;
		}
	}
	buf_char(b, ']');
}

enum step standard_index(struct req *r)
{
	struct buf b;

	buf_init(&b, r->arena, 16384);
	buf_str(&b, "{\"standard\":\"" STANDARD_VERSION "\",");
	put_messages(&b, "filings", 0, DOC_FILED_COUNT);
	buf_char(&b, ',');
	put_messages(&b, "answers", DOC_FILED_COUNT, DOC_KIND_COUNT);
	buf_str(&b, ",\"records\":[");
	for (int i = 0; i < record_count(); i++) {
		const struct record_def *def = record_at(i);

		buf_printf(&b, "%s{\"kind\":\"%s\",\"title\":\"%s\",\"description\":\"%s\",\"schema\":\"/v1/standard/%s\"}", i == 0 ? "" : ",", def->name, def->zh,
		           def->en, def->name);
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}

enum step standard_record(struct req *r)
{
	const struct record_def *def = record_by_name(r->captures[0]);
	struct buf b;

	if (def == NULL)
		return reply_fault(r, FAULT_NOT_FOUND, "the standard has no such record; see /v1/standard");
	buf_init(&b, r->arena, 16384);
	schema_put_record(&b, def);
	if (b.full)
		return reply_fault(r, FAULT_BUSY, "the schema is larger than the memory of a request");
	return reply_kept(r, 200, "application/schema+json", buf_as_text(&b));
}

static const struct message_def *def_of_path(const struct req *r)
{
	enum direction direction;
	enum doc_kind kind;

	if (!doc_kind_by_name(r->captures[0], &kind) || !direction_by_name(r->captures[1], &direction))
		return NULL;
	return message_def(kind, direction);
}

static enum step reply_schema(struct req *r, void (*put)(struct buf *b, const struct message_def *def), const char *type)
{
	const struct message_def *def = def_of_path(r);
	struct buf b;

	if (def == NULL)
		return reply_fault(r, FAULT_NOT_FOUND, "the standard has no such kind and direction; see /v1/standard");
	buf_init(&b, r->arena, 65536);
	put(&b, def);
	if (b.full)
		return reply_fault(r, FAULT_BUSY, "the schema is larger than the memory of a request");
	return reply_kept(r, 200, type, buf_as_text(&b));
}

enum step standard_schema(struct req *r)
{
	return reply_schema(r, schema_put, "application/schema+json");
}

enum step standard_xml_schema(struct req *r)
{
	return reply_schema(r, xsd_put, "application/xml");
}
