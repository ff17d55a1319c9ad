/* The field tables: complete, without contradictions, and found again by name, element and place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/field.h"

/* What edition 202205 of the customs standard has in each message. */
static const struct {
	int number, head, head_required, line, line_required, lines_max;
} messages[] = {
	{ 311, 30, 24, 13, 9, 99 },
	{ 312, 7, 7, 0, 0, 0 },
	{ 411, 18, 16, 0, 0, 0 },
	{ 412, 6, 6, 0, 0, 0 },
	{ 511, 19, 14, 0, 0, 0 },
	{ 512, 6, 6, 0, 0, 0 },
	{ 513, 10, 9, 0, 0, 0 },
	{ 514, 7, 7, 0, 0, 0 },
	{ 621, 47, 33, 20, 12, 99 },
	{ 622, 11, 6, 0, 0, 0 },
	{ 623, 24, 21, 0, 0, 0 },
	{ 624, 11, 6, 0, 0, 0 },
	{ 625, 24, 21, 6, 5, 99 },
	{ 626, 11, 6, 0, 0, 0 },
	{ 711, 19, 14, 3, 2, 0 },
	{ 712, 9, 4, 0, 0, 0 },
	{ 816, 15, 8, 6, 6, 99 },
	{ 818, 7, 5, 0, 0, 0 },
	{ 900, 7, 7, 0, 0, 0 },
	{ 303, 14, 13, 11, 8, 100 },
	{ 304, 7, 7, 0, 0, 0 },
	{ 403, 16, 13, 0, 0, 0 },
	{ 404, 7, 6, 0, 0, 0 },
	{ 505, 17, 13, 0, 0, 0 },
	{ 506, 6, 6, 0, 0, 0 },
	{ 507, 19, 15, 4, 2, 0 },
	{ 508, 10, 10, 0, 0, 0 },
	{ 509, 17, 12, 4, 2, 0 },
	{ 510, 8, 8, 0, 0, 0 },
	{ 603, 48, 36, 19, 14, 100 },
	{ 604, 12, 12, 0, 0, 0 },
	{ 605, 14, 12, 0, 0, 0 },
	{ 606, 8, 8, 0, 0, 0 },
	{ 607, 21, 17, 5, 2, 0 },
	{ 608, 10, 10, 0, 0, 0 },
	{ 213, 28, 24, 11, 8, 100 },
	{ 214, 10, 7, 0, 0, 0 },
	{ 215, 20, 16, 0, 0, 0 },
	{ 216, 9, 8, 0, 0, 0 },
	{ 701, 22, 16, 1, 1, 0 },
	{ 702, 10, 9, 0, 0, 0 },
	{ 792, 20, 16, 5, 5, 0 },
};

static int count_required(const struct field_def *fields, int count)
{
	int required = 0;

	for (int i = 0; i < count; i++)
		required += fields[i].required;
	return required;
}

static void test_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(messages); i++) {
		const struct message_def *def = message_def_by_number(messages[i].number);

		assert_non_null(def);
		assert_int_equal(def->number, messages[i].number);
		assert_ptr_equal(def, message_def(def->kind, def->direction));
		assert_int_equal(def->field_count, messages[i].head);
		assert_int_equal(count_required(def->fields, def->field_count), messages[i].head_required);
		assert_int_equal(def->line_field_count, messages[i].line);
		assert_int_equal(count_required(def->line_fields, def->line_field_count), messages[i].line_required);
		assert_int_equal(def->lines_max, messages[i].lines_max);
		assert_int_equal(def->list != NULL, messages[i].line > 0);
	}
	assert_null(message_def_by_number(0));
	assert_null(message_def_by_number(503));
	assert_null(message_def_by_number(-311));
	assert_null(message_def(DOC_WAYBILL_STATUS, DIR_EXPORT));
}

static void test_names(void **state)
{
	(void)state;
	for (int f = 0; f < FIELD_COUNT; f++) {
		const char *name = field_name((enum field)f);

		assert_int_equal(field_by_name(text_of(name)), f); /* also: no name twice */
		assert_true(name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0');
	}
	assert_int_equal(field_by_name(TEXT("orderNo")), FIELD_NONE);
	assert_int_equal(field_by_name(TEXT("")), FIELD_NONE);
	assert_int_equal(field_by_name(TEXT("lines")), FIELD_NONE);
	assert_int_equal(field_by_name(TEXT("order_n")), FIELD_NONE);
	assert_int_equal(field_by_name((struct text){ "order_no\0", 9 }), FIELD_NONE);
}

static void check_def(const struct message_def *def, const struct field_def *f)
{
	const char *at = f->allowed;

	if (f->element == NULL || f->zh == NULL || f->en == NULL || f->en[0] == '\0')
		fail_msg("CEB%d: %s without words", def->number, field_name(f->id));
	switch (f->type) {
	case FIELD_TEXT:
		assert_true(f->max_length > 0 && f->min_length <= f->max_length);
		assert_true(!f->required || f->min_length > 0 || def->filer_count == 0); /* customs may leave it empty */
		break;
	case FIELD_CODE:
		assert_true(f->list != CODES_NONE && f->min_length > 0 && f->min_length <= f->max_length);
		break;
	case FIELD_DECIMAL:
		assert_int_equal(f->total_digits, 19);
		assert_int_equal(f->fraction_digits, 5);
		break;
	case FIELD_INTEGER:
		assert_true(f->total_digits >= 4 && f->total_digits <= 9 && f->fraction_digits == 0);
		break;
	default:
		break;
	}
	while (at != NULL) {
		assert_true(strcspn(at, "|") >= 1 && strcspn(at, "|") <= f->max_length);
		at = strchr(at, '|');
		at = at == NULL ? NULL : at + 1;
	}
}

static void check_message(const struct message_def *def)
{
	const struct message_def *receipt = message_def_by_number(def->receipt);

	assert_non_null(def->node);
	assert_true(def->zh[0] != '\0' && def->en[0] != '\0');
	assert_true(def->key_count > 0);
	for (int i = 0; i < def->key_count; i++)
		assert_true(field_index(def, def->key[i]) >= 0);
	for (int i = 0; i < def->filer_count; i++)
		assert_true(field_index(def, def->filers[i]) >= 0);
	/* companies file, and get a receipt; customs does neither */
	assert_int_equal(def->filer_count > 0, def->kind < DOC_FILED_COUNT);
	assert_int_equal(def->receipt != 0, def->kind < DOC_FILED_COUNT);
	if (receipt == NULL)
		return;
	assert_true(field_index(def, def->sender_code) >= 0 && field_index(def, def->sender_name) >= 0);
	assert_int_equal(receipt->kind, def->kind + DOC_ORDER_RECEIPT);
	assert_int_equal(receipt->direction, def->direction);
	/* what it says of the filing is found in the filing, but for the numbers that customs gives */
	for (int i = 0; i < receipt->field_count; i++) {
		enum field f = receipt->fields[i].id;

		assert_true(field_index(def, f) >= 0 || f == F_RETURN_STATUS || f == F_RETURNED_AT || f == F_RETURN_INFO);
	}
}

static void test_tables(void **state)
{
	(void)state;
	for (size_t m = 0; m < COUNTOF(messages); m++) {
		const struct message_def *def = message_def_by_number(messages[m].number);

		check_message(def);
		for (int i = 0; i < def->field_count; i++) {
			check_def(def, &def->fields[i]);
			assert_int_equal(field_index(def, def->fields[i].id), i); /* also: no field twice */
			assert_int_equal(field_index_of_element(def, text_of(def->fields[i].element)), i);
		}
		for (int i = 0; i < def->line_field_count; i++) {
			check_def(def, &def->line_fields[i]);
			assert_int_equal(field_line_index(def, def->line_fields[i].id), i);
			assert_int_equal(field_line_index_of_element(def, text_of(def->line_fields[i].element)), i);
		}
		assert_int_equal(field_index(def, FIELD_NONE), -1);
		assert_int_equal(field_index_of_element(def, TEXT("consigneeDitrict")), -1);
		assert_int_equal(field_index_of_element(def, TEXT("")), -1);
		assert_int_equal(field_line_index_of_element(def, TEXT("guid")), -1);
	}
}

/* The same name is the same thing: one type everywhere. */
static void test_one_type_per_name(void **state)
{
	const struct field_def *first[FIELD_COUNT] = { NULL };
	int used = 0;

	(void)state;
	for (size_t m = 0; m < COUNTOF(messages); m++) {
		const struct message_def *def = message_def_by_number(messages[m].number);

		for (int i = 0; i < def->field_count + def->line_field_count; i++) {
			const struct field_def *f = i < def->field_count ? &def->fields[i] : &def->line_fields[i - def->field_count];

			if (first[f->id] == NULL) {
				first[f->id] = f;
				used++;
			}
			if (first[f->id]->type != f->type || first[f->id]->list != f->list)
				fail_msg("%s differs between messages", field_name(f->id));
		}
	}
	assert_int_equal(used, FIELD_COUNT);
}

static void test_words(void **state)
{
	enum doc_kind kind = DOC_KIND_COUNT;
	enum direction d = DIR_IMPORT;
	enum action a = ACTION_ADD;

	(void)state;
	for (int k = 0; k < DOC_KIND_COUNT; k++) {
		assert_true(doc_kind_by_name(text_of(doc_kind_name((enum doc_kind)k)), &kind));
		assert_int_equal(kind, k);
	}
	assert_false(doc_kind_by_name(TEXT("Order"), &kind));
	assert_true(direction_by_name(TEXT("export"), &d) && d == DIR_EXPORT);
	assert_false(direction_by_name(TEXT("E"), &d));
	assert_true(action_by_name(TEXT("delete"), &a) && a == ACTION_DELETE);
	assert_true(action_by_name(TEXT("change"), &a) && a == ACTION_CHANGE);
	assert_false(action_by_name(TEXT("1"), &a));
	assert_string_equal(action_name(ACTION_ADD), "add");
	for (int l = 0; l < CODE_LIST_COUNT; l++) {
		enum code_list list = CODES_NONE;

		assert_non_null(code_list_name((enum code_list)l));
		assert_non_null(code_list_title((enum code_list)l, true));
		assert_non_null(code_list_title((enum code_list)l, false));
		assert_int_equal(code_list_by_name(text_of(code_list_name((enum code_list)l)), &list), code_list_is_kept((enum code_list)l));
		assert_int_equal(list, code_list_is_kept((enum code_list)l) ? l : (int)CODES_NONE);
	}
	assert_false(code_list_is_kept(CODES_HS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_one_type_per_name),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
