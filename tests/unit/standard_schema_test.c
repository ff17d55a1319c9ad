/* The schema says of every field what the table says, and fits the filings that the check accepts. */
#include "base/json.h"
#include "standard_bench.h"

static const struct json *schema_of(struct bench *b, const struct message_def *def)
{
	struct buf out;
	const struct json *root;

	buf_init(&out, &b->arena, 16384);
	schema_put(&out, def);
	assert_false(out.full);
	root = json_parse(&b->arena, buf_as_text(&out), &b->f);
	if (root == NULL)
		fail_msg("%s: %s", b->f.text, out.at);
	return root;
}

static const char *string_at(struct bench *b, const struct json *j, const char *name)
{
	return bench_cstr(b, json_text(json_member(j, name)));
}

static int64_t number_at(const struct json *j, const char *name)
{
	int64_t n = -1;

	return json_i64(json_member(j, name), &n) ? n : -1;
}

static bool lists(const struct json *array, const char *name)
{
	for (size_t i = 0; i < json_length(array); i++)
		if (text_is(json_text(json_item(array, i)), name))
			return true;
	return false;
}

static void check_field(struct bench *b, const struct json *object, const struct field_def *def)
{
	const struct json *j = json_member(json_member(object, "properties"), field_name(def->id));
	const struct json *values = json_member(j, "enum");

	assert_non_null(j);
	assert_string_equal(string_at(b, j, "title"), def->zh);
	assert_string_equal(string_at(b, j, "description"), def->en);
	assert_string_equal(string_at(b, j, "x-customs-element"), def->element);
	assert_int_equal(lists(json_member(object, "required"), field_name(def->id)), field_has_value(def));
	if (def->type == FIELD_INTEGER)
		assert_true(lists(json_member(j, "type"), "integer") && lists(json_member(j, "type"), "string"));
	else
		assert_string_equal(string_at(b, j, "type"), "string");
	if (def->type == FIELD_TEXT && def->allowed == NULL)
		assert_int_equal(number_at(j, "maxLength"), def->max_length);
	if (def->type == FIELD_CODE && def->list != CODES_HS)
		assert_string_equal(string_at(b, j, "x-code-list"), code_list_name(def->list));
	if (def->type == FIELD_TEXT && def->allowed != NULL)
		assert_true(json_length(values) > 0);
	if (def->type == FIELD_ACTION)
		assert_true(json_length(values) == 3 && lists(values, "add") && lists(values, "change") && lists(values, "delete"));
}

static bool count_member(void *arg, struct text name, const struct json *value)
{
	(void)name, (void)value;
	++*(int *)arg;
	return true;
}

static int member_count(const struct json *object)
{
	int count = 0;

	json_each(object, count_member, &count);
	return count;
}

static void check_message(struct bench *b, enum doc_kind kind, enum direction d)
{
	const struct message_def *def = message_def(kind, d);
	const struct json *root = schema_of(b, def), *properties = json_member(root, "properties");
	const struct json *lines = json_member(properties, "lines"), *items = json_member(lines, "items");
	bool more = true;

	assert_string_equal(string_at(b, root, "$schema"), "https://json-schema.org/draft/2020-12/schema");
	assert_true(json_text(json_member(root, "title")).len > 0);
	assert_true(json_text(json_member(root, "description")).len > 0);
	assert_string_equal(string_at(b, json_member(properties, "kind"), "const"), doc_kind_name(kind));
	assert_string_equal(string_at(b, json_member(properties, "direction"), "const"), direction_name(d));
	assert_true(json_bool(json_member(root, "additionalProperties"), &more) && !more);
	assert_true(lists(json_member(root, "required"), "kind") && lists(json_member(root, "required"), "direction"));
	assert_false(lists(json_member(root, "required"), "standard"));
	assert_int_equal(member_count(properties), def->field_count + 3 + (def->list != NULL));
	for (int i = 0; i < def->field_count; i++)
		check_field(b, root, &def->fields[i]);
	assert_int_equal(lines != NULL, def->list != NULL);
	if (lines == NULL)
		return;
	assert_int_equal(number_at(lines, "minItems"), def->lines_min);
	assert_int_equal(number_at(lines, "maxItems"), def->lines_max == 0 ? -1 : def->lines_max);
	assert_int_equal(member_count(json_member(items, "properties")), def->line_field_count);
	for (int i = 0; i < def->line_field_count; i++)
		check_field(b, items, &def->line_fields[i]);
}

static void every_schema_says_what_its_table_says(void **state)
{
	struct bench *b = *state;

	for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++)
		for (int k = 0; k < DOC_KIND_COUNT; k++)
			if (message_def((enum doc_kind)k, (enum direction)d) != NULL)
				check_message(b, (enum doc_kind)k, (enum direction)d);
}

static void some_fields_as_written_here(void **state)
{
	static const char *const parts[] = {
		("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":\"urn:tongguan:standard:1:order:import\",\"title\":\"进口电子订单\",\"description\":\"Import order\","
		"\"x-customs-element\":\"CEB311Message\",\"type\":\"object\",\"properties\":{\"standard\":{\"const\":\"1\"},"
		"\"kind\":{\"const\":\"order\"},\"direction\":{\"const\":\"import\"},\"guid\":{\"title\":\"系统唯一序号\","),
		"\"type\":\"string\",\"minLength\":36,\"maxLength\":36,\"x-customs-element\":\"guid\"}",
		"\"type\":\"string\",\"enum\":[\"I\"],\"x-customs-element\":\"orderType\"}",
		"\"type\":\"string\",\"enum\":[\"1\",\"2\"],\"x-customs-element\":\"appStatus\"}",
		"\"type\":\"string\",\"pattern\":\"^[0-9]{1,14}([.][0-9]{1,5})?$\",\"x-customs-element\":\"freight\"}",
		"\"type\":\"string\",\"format\":\"date-time\",\"x-customs-element\":\"appTime\"}",
		"\"type\":\"string\",\"minLength\":3,\"maxLength\":3,\"x-code-list\":\"currency\",\"x-customs-element\":\"currency\"}",
		"\"type\":[\"integer\",\"string\"],\"minimum\":1,\"maximum\":9999,\"pattern\":\"^[0-9]+$\",\"x-customs-element\":\"gnum\"}",
		("\"lines\":{\"title\":\"商品表体\",\"description\":\"The goods, one object for each line\",\"type\":\"array\",\"minItems\":1,"
		"\"maxItems\":99,\"x-customs-element\":\"OrderList\",\"items\":{\"type\":\"object\",\"properties\":{\"line_no\":{"),
		"\"required\":[\"kind\",\"direction\",\"lines\",\"guid\",\"action\",",
	};
	struct bench *b = *state;
	struct buf out;

	buf_init(&out, &b->arena, 16384);
	schema_put(&out, message_def(DOC_ORDER, DIR_IMPORT));
	for (size_t i = 0; i < COUNTOF(parts); i++)
		if (strstr(out.at, parts[i]) == NULL)
			fail_msg("%s is not in %s", parts[i], out.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(every_schema_says_what_its_table_says),
		BENCH_TEST(some_fields_as_written_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
