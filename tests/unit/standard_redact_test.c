/* Redaction: of each representation only what is data of a person changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "standard/redact.h"

static enum personal_form by_arg(const void *arg, enum field f)
{
	const enum personal_form *form = arg;

	return f == F_CONSIGNEE_ADDRESS && *form == PERSONAL_MASKED ? PERSONAL_ABSENT : *form;
}

static struct redaction begin(struct arena *a, const enum personal_form *form)
{
	arena_init(a, 1 << 20);
	return (struct redaction){ .arena = a, .form_of = by_arg, .arg = form };
}

static void a_canonical_document(void **state)
{
	static const char document[] = "{\"standard\":\"1\",\"kind\":\"order\",\"buyer_name\":\"张伟\",\"buyer_id_type\":\"1\",\"buyer_id_number\":\"320500190001010019\","
	                               "\"consignee_address\":\"江苏省苏州市\",\"goods_value\":\"125\",\"note\":\"\\u0031\\\"\",\"lines\":[{\"line_no\":1,\"note\":\"13812341234\"}]}";
	enum personal_form form = PERSONAL_MASKED;
	struct fault f = { 0 };
	struct text out;
	struct arena a;
	struct redaction r = begin(&a, &form);

	(void)state;
	assert_true(redact_document(&r, text_of(document), &out, &f));
	assert_string_equal(out.at, "{\"standard\":\"1\",\"kind\":\"order\",\"buyer_name\":\"张*\",\"buyer_id_type\":\"1\",\"buyer_id_number\":\"320500********0019\","
	                            "\"goods_value\":\"125\",\"note\":\"1\\\"\",\"lines\":[{\"line_no\":1,\"note\":\"13812341234\"}]}");
	assert_false(r.met[F_BUYER_NAME]);
	form = PERSONAL_FULL;
	assert_true(redact_document(&r, TEXT("{\"buyer_name\":\"张伟\",\"note\":\"\"}"), &out, &f));
	assert_string_equal(out.at, "{\"buyer_name\":\"张伟\",\"note\":\"\"}");
	assert_true(r.met[F_BUYER_NAME] && !r.met[F_NOTE]); /* an empty one is nothing to read */
	form = PERSONAL_ABSENT;
	assert_true(redact_document(&r, TEXT("{\"buyer_name\":\"张伟\"}"), &out, &f));
	assert_string_equal(out.at, "{}");
	assert_false(redact_document(&r, TEXT("{\"buyer_name\":\"张伟\""), &out, &f));
	arena_done(&a);
}

static void a_message_of_customs(void **state)
{
	static const char xml[] = "<?xml version=\"1.0\"?><ceb:CEB621Message xmlns:ceb=\"x\"><ceb:Inventory><ceb:InventoryHead><ceb:orderNo>TG-1</ceb:orderNo>"
	                          "<ceb:buyerName>张&amp;伟</ceb:buyerName><ceb:buyerIdNumber>320500190001010019</ceb:buyerIdNumber><ceb:note></ceb:note>"
	                          "<ceb:consigneeAddress>苏州</ceb:consigneeAddress><ceb:buyerTelephone/><ceb:ebcName>张伟商店</ceb:ebcName></ceb:InventoryHead>"
	                          "</ceb:Inventory></ceb:CEB621Message>";
	enum personal_form form = PERSONAL_MASKED;
	struct fault f = { 0 };
	struct text out;
	struct arena a;
	struct redaction r = begin(&a, &form);

	(void)state;
	assert_true(redact_sent(&r, AUTHORITY_CUS, NULL, text_of(xml), &out, &f));
	assert_string_equal(out.at, "<?xml version=\"1.0\"?><ceb:CEB621Message xmlns:ceb=\"x\"><ceb:Inventory><ceb:InventoryHead><ceb:orderNo>TG-1</ceb:orderNo>"
	                            "<ceb:buyerName>张*</ceb:buyerName><ceb:buyerIdNumber>320500********0019</ceb:buyerIdNumber><ceb:note></ceb:note>"
	                            "<ceb:consigneeAddress></ceb:consigneeAddress><ceb:buyerTelephone/><ceb:ebcName>张伟商店</ceb:ebcName></ceb:InventoryHead>"
	                            "</ceb:Inventory></ceb:CEB621Message>");
	form = PERSONAL_FULL;
	assert_true(redact_sent(&r, AUTHORITY_CUS, NULL, text_of(xml), &out, &f));
	assert_string_equal(out.at, xml);
	assert_true(r.met[F_BUYER_NAME] && r.met[F_CONSIGNEE_ADDRESS] && !r.met[F_NOTE]);
	assert_false(redact_sent(&r, AUTHORITY_CUS, NULL, TEXT("<a:b><a:buyerName>x"), &out, &f));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_canonical_document), cmocka_unit_test(a_message_of_customs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
