/* Masks: what stands behind a mask cannot be read, what is shown tells one from another; texts of others lose numbers only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/personal.h"

static void check(enum field f, enum personal_form form, const char *value, const char *want)
{
	struct arena a;
	struct text shown;

	arena_init(&a, 65536);
	shown = personal_show(&a, f, form, text_of(value), TEXT("a secret of its own"));
	if (want == NULL)
		assert_null(shown.at);
	else if (!text_is(shown, want))
		fail_msg("%s: %.*s, not %s", value, TEXT_ARG(shown), want);
	arena_done(&a);
}

static void masked(void **state)
{
	(void)state;
	check(F_BUYER_ID_NUMBER, PERSONAL_MASKED, "320500190001010019", "320500********0019");
	check(F_PAYER_ID_NUMBER, PERSONAL_MASKED, "G12345678", "G1*****78");
	check(F_PAYER_ID_NUMBER, PERSONAL_MASKED, "123", "***");
	check(F_BUYER_NAME, PERSONAL_MASKED, "张伟", "张*");
	check(F_CONSIGNEE, PERSONAL_MASKED, "欧阳纳兰", "欧*");
	check(F_PAYER_NAME, PERSONAL_MASKED, "John Smith", "J*");
	check(F_BUYER_TELEPHONE, PERSONAL_MASKED, "13812341234", "138****1234");
	check(F_CONSIGNEE_TELEPHONE, PERSONAL_MASKED, "+8613812341234", "+86*******1234");
	check(F_PAYER_TELEPHONE, PERSONAL_MASKED, "65551234", "******34");
	check(F_CONSIGNEE_ADDRESS, PERSONAL_MASKED, "江苏省苏州市姑苏区人民路1号", "江苏省苏州市***");
	check(F_CONSIGNEE_ADDRESS, PERSONAL_MASKED, "北京市海淀区中关村1号", "北京市***");
	check(F_CONSIGNEE_ADDRESS, PERSONAL_MASKED, "云南省大理白族自治州大理古城", "云南省大理白族自治州***");
	check(F_CONSIGNEE_ADDRESS, PERSONAL_MASKED, "海南省某处", "海南省***");
	check(F_CONSIGNEE_ADDRESS, PERSONAL_MASKED, "1 Main Street", "***");
	check(F_BUYER_REG_NO, PERSONAL_MASKED, "buyer-1", "b*");
	check(F_NOTE, PERSONAL_MASKED, "请联系13812341234，证件320500190001010019。", "请联系138****1234，证件320500********0019。");
	check(F_BUYER_NAME, PERSONAL_MASKED, "", "");
}

static void other_forms(void **state)
{
	struct arena a;

	(void)state;
	check(F_BUYER_NAME, PERSONAL_FULL, "张伟", "张伟");
	check(F_BUYER_NAME, PERSONAL_ABSENT, "张伟", NULL);
	check(F_BUYER_NAME, PERSONAL_ABSENT, "", NULL);
	check(F_PAYER_ID_NUMBER, PERSONAL_HASH, "320500190001010019", "72da84910f5158e396c6c1baf7babbd2f59b099cfab12099e8b16661ce2ba446");
	arena_init(&a, 1024);
	assert_null(personal_show(&a, F_PAYER_ID_NUMBER, PERSONAL_HASH, TEXT("1"), (struct text){ NULL, 0 }).at); /* no secret: nothing */
	arena_done(&a);
	assert_true(personal_is_guarded(F_NOTE) && personal_is_guarded(F_CONSIGNEE) && !personal_is_guarded(F_BUYER_ID_TYPE) && !personal_is_guarded(F_ORDER_NO));
}

static void scrubbed(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "[Code:2600;Desc:放行]", "[Code:2600;Desc:放行]" },
		{ "订购人320500190001010019核验不符", "订购人320500********0019核验不符" },
		{ "11010119000101001x", "11010119000101001x" }, /* its check character is another: no identity number */
		{ "电话13812341234。", "电话138****1234。" },
		{ "B20260302000000001", "B20260302000000001" }, /* a pre-entry number */
		{ "530420261000000001", "530420261000000001" }, /* customs' number of an inventory */
		{ "12812341234", "12812341234" },
		{ "138123412345", "138123412345" },
		{ "13812341234 13987654321", "138****1234 139****4321" },
		{ "", "" },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 65536);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct text got = personal_scrub(&a, text_of(cases[i].text));

		if (!text_is(got, cases[i].want))
			fail_msg("%s: %.*s", cases[i].text, TEXT_ARG(got));
	}
	assert_null(personal_scrub(&a, (struct text){ NULL, 0 }).at);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(masked), cmocka_unit_test(other_forms), cmocka_unit_test(scrubbed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
