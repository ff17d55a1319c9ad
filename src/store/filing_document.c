#include "store/filing_document.h"

#include "base/log.h"

bool filing_document_open(struct vault *v, struct arena *a, const struct db_rows *rows, int row, int id_column, int document_column, struct text *out)
{
	char name[ID_TEXT_BYTES];
	struct vault_place place;
	struct fault f = { 0 };
	struct id id;

	if (!db_get_id(rows, row, id_column, &id))
		return false;
	place = vault_at("filing", &id);
	if (vault_open(v, a, &place, db_get_text(rows, row, document_column), out, &f))
		return true;
	id_format(&id, name);
	if (f.code == FAULT_DAMAGED)
		log_event(&(struct log_ids){ .filing = name }, LOG_LEVEL_ERROR, "record.damaged", "%s", f.text);
	return false;
}
