/* Every message of the standard, by direction and kind; and the names of kinds, directions and actions. */
#include "model/field_row.h"

static const struct message_def *const messages[2][DOC_KIND_COUNT] = {
	[DIR_IMPORT] = {
		[DOC_ORDER] = &ceb311, [DOC_ORDER_RECEIPT] = &ceb312,
		[DOC_PAYMENT] = &ceb411, [DOC_PAYMENT_RECEIPT] = &ceb412,
		[DOC_WAYBILL] = &ceb511, [DOC_WAYBILL_RECEIPT] = &ceb512,
		[DOC_WAYBILL_STATUS] = &ceb513, [DOC_WAYBILL_STATUS_RECEIPT] = &ceb514,
		[DOC_INVENTORY] = &ceb621, [DOC_INVENTORY_RECEIPT] = &ceb622,
		[DOC_CANCELLATION] = &ceb623, [DOC_CANCELLATION_RECEIPT] = &ceb624,
		[DOC_RETURN] = &ceb625, [DOC_RETURN_RECEIPT] = &ceb626,
		[DOC_WAREHOUSE_IN] = &ceb711, [DOC_WAREHOUSE_IN_RECEIPT] = &ceb712,
		[DOC_TAX_BILL] = &ceb816, [DOC_TAX_BILL_STATUS] = &ceb818,
		[DOC_REFUSAL] = &ceb900,
	},
	[DIR_EXPORT] = {
		[DOC_ORDER] = &ceb303, [DOC_ORDER_RECEIPT] = &ceb304,
		[DOC_PAYMENT] = &ceb403, [DOC_PAYMENT_RECEIPT] = &ceb404,
		[DOC_WAYBILL] = &ceb505, [DOC_WAYBILL_RECEIPT] = &ceb506,
		[DOC_ARRIVAL] = &ceb507, [DOC_ARRIVAL_RECEIPT] = &ceb508,
		[DOC_DEPARTURE] = &ceb509, [DOC_DEPARTURE_RECEIPT] = &ceb510,
		[DOC_INVENTORY] = &ceb603, [DOC_INVENTORY_RECEIPT] = &ceb604,
		[DOC_CANCELLATION] = &ceb605, [DOC_CANCELLATION_RECEIPT] = &ceb606,
		[DOC_MANIFEST] = &ceb607, [DOC_MANIFEST_RECEIPT] = &ceb608,
		[DOC_RETURN] = &ceb213, [DOC_RETURN_RECEIPT] = &ceb214,
		[DOC_TALLY] = &ceb215, [DOC_TALLY_RECEIPT] = &ceb216,
		[DOC_SUMMARY] = &ceb701, [DOC_SUMMARY_RECEIPT] = &ceb702,
		[DOC_SUMMARY_RESULT] = &ceb792,
	},
};

static const char *const kind_names[DOC_KIND_COUNT] = {
	[DOC_ORDER] = "order", [DOC_ORDER_RECEIPT] = "order_receipt",
	[DOC_PAYMENT] = "payment", [DOC_PAYMENT_RECEIPT] = "payment_receipt",
	[DOC_WAYBILL] = "waybill", [DOC_WAYBILL_RECEIPT] = "waybill_receipt",
	[DOC_WAYBILL_STATUS] = "waybill_status", [DOC_WAYBILL_STATUS_RECEIPT] = "waybill_status_receipt",
	[DOC_INVENTORY] = "inventory", [DOC_INVENTORY_RECEIPT] = "inventory_receipt",
	[DOC_CANCELLATION] = "cancellation", [DOC_CANCELLATION_RECEIPT] = "cancellation_receipt",
	[DOC_RETURN] = "return", [DOC_RETURN_RECEIPT] = "return_receipt",
	[DOC_ARRIVAL] = "arrival", [DOC_ARRIVAL_RECEIPT] = "arrival_receipt",
	[DOC_DEPARTURE] = "departure", [DOC_DEPARTURE_RECEIPT] = "departure_receipt",
	[DOC_MANIFEST] = "manifest", [DOC_MANIFEST_RECEIPT] = "manifest_receipt",
	[DOC_SUMMARY] = "summary", [DOC_SUMMARY_RECEIPT] = "summary_receipt",
	[DOC_WAREHOUSE_IN] = "warehouse_in", [DOC_WAREHOUSE_IN_RECEIPT] = "warehouse_in_receipt",
	[DOC_TALLY] = "tally", [DOC_TALLY_RECEIPT] = "tally_receipt",
	[DOC_TAX_BILL] = "tax_bill", [DOC_TAX_BILL_STATUS] = "tax_bill_status",
	[DOC_SUMMARY_RESULT] = "summary_result",
	[DOC_REFUSAL] = "refusal",
};

static const char *const direction_names[] = { [DIR_IMPORT] = "import", [DIR_EXPORT] = "export" };

static const char *const action_names[] = {
	[ACTION_ADD] = "add",
	[ACTION_CHANGE] = "change",
	[ACTION_DELETE] = "delete",
};

const struct message_def *message_def(enum doc_kind kind, enum direction d)
{
	return messages[d][kind];
}

const struct message_def *message_def_by_number(int number)
{
	switch (number) {
#define CEB(n) case n: return &ceb##n;
	CEB_MESSAGES(CEB)
#undef CEB
	default:
		return NULL;
	}
}

static bool index_of_name(struct text t, const char *const *table, int count, int *out)
{
	for (int i = 0; i < count; i++) {
		if (table[i] != NULL && text_is(t, table[i])) {
			*out = i;
			return true;
		}
	}
	return false;
}

const char *doc_kind_name(enum doc_kind k)
{
	return kind_names[k];
}

bool doc_kind_by_name(struct text t, enum doc_kind *out)
{
	int i;

	if (!index_of_name(t, kind_names, COUNTOF(kind_names), &i))
		return false;
	*out = (enum doc_kind)i;
	return true;
}

const char *direction_name(enum direction d)
{
	return direction_names[d];
}

bool direction_by_name(struct text t, enum direction *out)
{
	int i;

	if (!index_of_name(t, direction_names, COUNTOF(direction_names), &i))
		return false;
	*out = (enum direction)i;
	return true;
}

const char *action_name(enum action a)
{
	return action_names[a];
}

bool action_by_name(struct text t, enum action *out)
{
	int i;

	if (!index_of_name(t, action_names, COUNTOF(action_names), &i))
		return false;
	*out = (enum action)i;
	return true;
}
