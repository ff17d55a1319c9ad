/*
 * Every message of the standard, by the table: what is written is valid by its XML schema and reads back unchanged,
 * strict reading refuses what the schema refuses, lenient reading understands what real clients send and says so.
 */
#include <libxml/xmlschemas.h>

#include "standard_bench.h"

enum { SEEDS = 24, MUTATIONS = 40 };

#define GUID  "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"
#define AT_US INT64_C(1772417472345000)
#define FAKE_SIGNATURE "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>"

static void ignore(void *arg, const char *fmt, ...)
{
	(void)arg, (void)fmt;
}

struct validator {
	xmlSchemaPtr schema;
	xmlSchemaValidCtxtPtr valid;
};

static struct validator validator_of(struct bench *b, const struct message_def *def)
{
	struct validator v;
	struct buf xsd;
	xmlSchemaParserCtxtPtr parser;

	buf_init(&xsd, &b->arena, 65536);
	xsd_put(&xsd, def);
	assert_false(xsd.full);
	parser = xmlSchemaNewMemParserCtxt(xsd.at, (int)xsd.len);
	v.schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	if (v.schema == NULL)
		fail_msg("CEB%d: not a schema: %s", def->number, xsd.at);
	v.valid = xmlSchemaNewValidCtxt(v.schema);
	xmlSchemaSetValidErrors(v.valid, ignore, ignore, NULL);
	return v;
}

static void validator_done(struct validator *v)
{
	xmlSchemaFreeValidCtxt(v->valid);
	xmlSchemaFree(v->schema);
}

static bool is_valid(struct validator *v, struct text xml)
{
	xmlDocPtr doc = xmlReadMemory(xml.at, (int)xml.len, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
	bool valid = doc != NULL && xmlSchemaValidateDoc(v->valid, doc) == 0;

	xmlFreeDoc(doc);
	return valid;
}

/* With a signature where the schema asks for one; whether it holds is xmldsig's matter. */
static struct text written(struct bench *b, const struct document *d)
{
	const struct document *const one[] = { d };
	struct buf xml, out;
	char *end;

	buf_init(&xml, &b->arena, 8192);
	ceb_put_message(&xml, one, 1, TEXT(GUID), AT_US);
	assert_false(xml.full);
	if (d->def->signature != SIGNATURE_BY_SCHEMA)
		return buf_as_text(&xml);
	buf_init(&out, &b->arena, xml.len + 128);
	end = strstr(xml.at, "</ceb:CEB");
	buf_put(&out, xml.at, (size_t)(end - xml.at));
	buf_str(&out, FAKE_SIGNATURE);
	buf_str(&out, end);
	return buf_as_text(&out);
}

static void read_as(struct bench *b, struct text xml, enum strictness how)
{
	b->f = (struct fault){ 0 };
	if (!message_read_ceb(&b->arena, xml, how, &b->m, &b->f))
		fail_msg("%s: " TEXT_FMT, b->f.text, TEXT_ARG(xml));
	message_check(&b->arena, &b->m, b->book, fixture_day(BENCH_DAY));
}

static void anew(struct bench *b)
{
	arena_done(&b->arena);
	arena_init(&b->arena, 16 << 20);
}

typedef void message_fn(struct bench *b, const struct message_def *def);

static void each(struct bench *b, message_fn *fn)
{
	int count = 0;

	for (int number = 200; number <= 900; number++) {
		const struct message_def *def = message_def_by_number(number);

		if (def == NULL)
			continue;
		fn(b, def);
		count++;
	}
	assert_int_equal(count, 42);
}

/* XML -> canonical -> XML -> canonical */
static void round_trip(struct bench *b, const struct message_def *def)
{
	struct validator v = validator_of(b, def);

	for (uint32_t seed = 0; seed < SEEDS; seed++) {
		struct text xml, canonical, again;

		anew(b);
		xml = written(b, fixture_made(&b->arena, def, b->book, seed));
		if (!is_valid(&v, xml))
			fail_msg("CEB%d, seed %u: not valid: " TEXT_FMT, def->number, seed, TEXT_ARG(xml));
		read_as(b, xml, READ_STRICT);
		if (b->m.nodes[0].findings != NULL)
			fail_msg("CEB%d, seed %u: %s: " TEXT_FMT, def->number, seed, bench_findings(b, 0), TEXT_ARG(xml));
		assert_null(b->m.nodes[0].warnings);
		canonical = bench_canonical(b, b->m.nodes[0].doc, NULL);
		bench_assert_text(b, written(b, b->m.nodes[0].doc), bench_cstr(b, xml));
		assert_true(bench_read_checked(b, canonical));
		bench_assert_clean(b);
		again = bench_canonical(b, b->m.nodes[0].doc, NULL);
		bench_assert_text(b, again, bench_cstr(b, canonical));
		bench_assert_text(b, written(b, b->m.nodes[0].doc), bench_cstr(b, xml));
	}
	validator_done(&v);
}

static void nothing_is_lost_between_xml_and_canonical(void **state)
{
	each(*state, round_trip);
}

/* ---- strict reading and the schema ---- */

static bool is_about_form(enum rule r)
{
	switch (r) {
	case RULE_REQUIRED: case RULE_UNKNOWN_FIELD: case RULE_DUPLICATE_FIELD: case RULE_LENGTH: case RULE_DIGITS: case RULE_FORM:
	case RULE_LINES_NONE: case RULE_LINES_TOO_MANY: case RULE_TYPE:
	case RULE_SCHEMA_ROOT: case RULE_SCHEMA_ATTRIBUTES: case RULE_SCHEMA_NAMESPACE: case RULE_SCHEMA_ENVELOPE: case RULE_SCHEMA_ORDER:
	case RULE_SCHEMA_EMPTY: case RULE_SCHEMA_NAME: case RULE_SCHEMA_ABSENT: case RULE_SCHEMA_TIME: case RULE_SCHEMA_EXTRA:
		return true;
	default:
		return false;
	}
}

/* Did strict reading find anything; anything of the schema's. */
static void judge_strict(struct bench *b, struct text xml, bool *refused, bool *for_form)
{
	*refused = *for_form = false;
	b->f = (struct fault){ 0 };
	if (!message_read_ceb(&b->arena, xml, READ_STRICT, &b->m, &b->f)) {
		*refused = *for_form = true;
		return;
	}
	message_check(&b->arena, &b->m, b->book, fixture_day(BENCH_DAY));
	for (int n = 0; n < b->m.node_count; n++) {
		const struct findings *found = b->m.nodes[n].findings;

		for (int i = 0; found != NULL && i < found->count; i++) {
			*refused = true;
			*for_form = *for_form || is_about_form(found->list[i].rule);
		}
	}
}

/* The n-th element that holds fields or nodes, walking down. */
static xmlNodePtr pick(xmlNodePtr at, int *n)
{
	for (; at != NULL; at = at->next) {
		xmlNodePtr found;

		if (at->type != XML_ELEMENT_NODE)
			continue;
		if ((*n)-- == 0)
			return at;
		found = pick(at->children, n);
		if (found != NULL)
			return found;
	}
	return NULL;
}

static void mutate(xmlNodePtr at, unsigned how)
{
	switch (how % 6) {
	case 0: /* drop it */
		xmlUnlinkNode(at);
		xmlFreeNode(at);
		break;
	case 1: /* behind its neighbour */
		if (at->next != NULL)
			xmlAddNextSibling(at->next, at);
		break;
	case 2: /* twice */
		xmlAddNextSibling(at, xmlCopyNode(at, 1));
		break;
	case 3: /* another name */
		xmlNodeSetName(at, BAD_CAST "whatever");
		break;
	case 4: /* empty */
		xmlNodeSetContent(at, BAD_CAST "");
		break;
	default: /* too long */
		xmlNodeAddContent(at, BAD_CAST "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		break;
	}
}

static void mutations(struct bench *b, const struct message_def *def)
{
	struct validator v = validator_of(b, def);

	for (unsigned i = 0; i < MUTATIONS; i++) {
		int n = (int)(i * 7919 % 50) + 1, len;
		bool refused, for_form, valid;
		struct text xml;
		xmlChar *bytes;
		xmlDocPtr doc;
		xmlNodePtr at;

		anew(b);
		xml = written(b, fixture_made(&b->arena, def, b->book, i));
		doc = xmlReadMemory(xml.at, (int)xml.len, NULL, NULL, XML_PARSE_NONET);
		at = pick(xmlDocGetRootElement(doc), &n);
		if (at != NULL)
			mutate(at, i);
		xmlDocDumpMemoryEnc(doc, &bytes, &len, "UTF-8");
		xml = (struct text){ arena_copy(&b->arena, bytes, (size_t)len), (size_t)len };
		xmlFree(bytes);
		xmlFreeDoc(doc);
		valid = is_valid(&v, xml);
		judge_strict(b, xml, &refused, &for_form);
		if (valid ? for_form : !refused)
			fail_msg("CEB%d, %u: the schema says %d, strict reading %d (%s): " TEXT_FMT, def->number, i, valid, !refused,
			         b->f.code != FAULT_NONE ? b->f.text : bench_findings(b, 0), TEXT_ARG(xml));
	}
	validator_done(&v);
}

static void strict_reading_and_the_schema_agree(void **state)
{
	each(*state, mutations);
}

/* ---- receipts ---- */

static void receipt(struct bench *b, const struct message_def *def)
{
	const struct message_def *of = message_def_by_number(def->receipt);
	struct validator v;

	if (of == NULL)
		return;
	v = validator_of(b, of);
	for (uint32_t seed = 0; seed < SEEDS; seed++) {
		struct ceb_return one = { NULL, TEXT("2"), TEXT("新增申报成功"), AT_US, TEXT(GUID) };
		struct buf xml;

		anew(b);
		one.doc = fixture_made(&b->arena, def, b->book, seed);
		buf_init(&xml, &b->arena, 4096);
		ceb_put_receipt(&xml, def->receipt, TEXT(GUID), &one, 1);
		if (!is_valid(&v, buf_as_text(&xml)))
			fail_msg("CEB%d, seed %u: not valid: %s", of->number, seed, xml.at);
		read_as(b, buf_as_text(&xml), READ_STRICT);
		assert_string_equal(bench_findings(b, 0), "");
	}
	validator_done(&v);
}

static void every_receipt_is_valid(void **state)
{
	each(*state, receipt);
}

/* ---- what is tolerated ---- */

#define ATTRIBUTES " guid=\"" GUID "\" version=\"1.0\""
#define NAMESPACE  " xmlns=\"http://www.chinaport.gov.cn/ceb\""
#define TRANSFER \
	"<BaseTransfer><copCode>91441800MA5T00045D</copCode><copName>x</copName><dxpMode>DXP</dxpMode><dxpId>D</dxpId></BaseTransfer>"
#define BEGINS "<guid>" GUID "</guid><appType>1</appType><appTime>20260302101112</appTime><appStatus>2</appStatus>"
#define STATUS_FIELDS \
	BEGINS "<logisticsCode>91441800MA5T00045D</logisticsCode><logisticsName>x</logisticsName>" \
	"<logisticsNo>N1</logisticsNo><logisticsStatus>S</logisticsStatus><logisticsTime>20260302101112</logisticsTime>"
#define STATUS "<LogisticsStatus>" STATUS_FIELDS "</LogisticsStatus>"
#define WAYBILL(order, consignee) \
	"<CEB511Message" ATTRIBUTES NAMESPACE "><Logistics><LogisticsHead>" BEGINS "<logisticsCode>91441800MA5T00045D</logisticsCode>" \
	"<logisticsName>x</logisticsName><logisticsNo>N1</logisticsNo>" order "<currency>142</currency><weight>1</weight><packNo>1</packNo>" \
	"<" consignee ">y</" consignee "><consigneeAddress>z</consigneeAddress><consigneeTelephone>1</consigneeTelephone></LogisticsHead>" \
	"</Logistics>" TRANSFER "</CEB511Message>"
#define CANCEL(agent, time) \
	"<CEB605Message" ATTRIBUTES NAMESPACE "><InvtCancel><guid>" GUID "</guid><appType>1</appType><appTime>" time "</appTime>" \
	"<appStatus>2</appStatus><customsCode>2928</customsCode><copNo>C1</copNo><invtNo>I1</invtNo><reason>r</reason>" \
	"<agentCode>91350100M000100Y43</agentCode><" agent ">a</" agent "><ebcCode>91320500MA1T00013G</ebcCode><ebcName>e</ebcName>" \
	"</InvtCancel>" TRANSFER "</CEB605Message>"
#define TAX(extra, entity) \
	"<CEB816Message" ATTRIBUTES NAMESPACE "><Tax><TaxHeadRd><guid>" GUID "</guid><returnTime>20260302101112000</returnTime><invtNo>I1</invtNo>" \
	"<taxNo>I1_1</taxNo><customsTax>0</customsTax><valueAddedTax>1</valueAddedTax><consumptionTax>0</consumptionTax><status>1</status>" \
	entity extra "</TaxHeadRd><TaxListRd><gnum>1</gnum><gcode>3304990039</gcode><taxPrice>1</taxPrice><customsTax>0</customsTax>" \
	"<valueAddedTax>1</valueAddedTax><consumptionTax>0</consumptionTax></TaxListRd></Tax></CEB816Message>"

static const struct {
	const char *xml, *warnings; /* of the message, then of its node */
} tolerated[] = {
	/* no matter of the schema */
	{ "\xEF\xBB\xBF<CEB513Message" ATTRIBUTES NAMESPACE ">\r\n  " STATUS "\r\n" TRANSFER "</CEB513Message>", "" },
	{ WAYBILL("<orderNo>O1</orderNo>", "consignee"), "" },
	{ CANCEL("agentName", "20260302101112"), "" },
	{ TAX("", ""), "" },
	/* beside it */
	{ "<CEB513Message" ATTRIBUTES ">" STATUS TRANSFER "</CEB513Message>", "schema.namespace" },
	{ "<CEB513" ATTRIBUTES NAMESPACE ">" STATUS TRANSFER "</CEB513>", "schema.root" },
	{ "<CEB513Message" NAMESPACE ">" STATUS TRANSFER "</CEB513Message>", "schema.attributes" },
	{ "<CEB513Message" ATTRIBUTES NAMESPACE ">" STATUS "</CEB513Message>", "schema.envelope BaseTransfer" },
	{ "<CEB513Message" ATTRIBUTES NAMESPACE ">" STATUS TRANSFER STATUS TRANSFER STATUS TRANSFER "</CEB513Message>",
	  "schema.envelope LogisticsStatus schema.envelope BaseTransfer" },
	{ "<CEB513Message" ATTRIBUTES NAMESPACE ">" TRANSFER STATUS "</CEB513Message>", "schema.envelope LogisticsStatus" },
	{ "<CEB513Message" ATTRIBUTES NAMESPACE ">" STATUS TRANSFER FAKE_SIGNATURE "<ExtendMessage><x/></ExtendMessage></CEB513Message>",
	  "schema.envelope ExtendMessage" },
	{ "<CEB513Message" ATTRIBUTES NAMESPACE "><LogisticsStatus>" STATUS_FIELDS "</LogisticsStatus><BaseTransfer><copName>x</copName>"
	  "<copCode>91441800MA5T00045D</copCode><dxpMode>DXP</dxpMode><dxpId/></BaseTransfer></CEB513Message>", "schema.envelope BaseTransfer" },
	{ "<CEB513Message" ATTRIBUTES NAMESPACE "><LogisticsStatus><note>n</note>" STATUS_FIELDS "</LogisticsStatus>" TRANSFER "</CEB513Message>",
	  "schema.order" },
	{ WAYBILL("", "consignee"), "schema.absent" },
	{ WAYBILL("<orderNo/>", "consignee"), "schema.absent" },
	{ WAYBILL("<orderNo>O1</orderNo><freight/>", "consignee"), "schema.empty" },
	{ WAYBILL("<orderNo>O1</orderNo>", "consingee"), "schema.name consingee" },
	{ CANCEL("agengName", "20260302101112"), "schema.name agengName" },
	{ CANCEL("agentName", "Mon Mar 02 10:11:12 CST 2026"), "schema.time" },
	{ CANCEL("agentName", "2026-03-02 10:11:12.0"), "schema.time" },
	{ TAX("<orderNo>O1</orderNo><logisticsNo>L1</logisticsNo>", ""), "schema.extra orderNo schema.extra logisticsNo" },
	{ TAX("", "<assureCode>A</assureCode><entDutyNo>D</entDutyNo>"), "schema.order" },
};

static void put_warnings(struct buf *b, const struct findings *w)
{
	for (int i = 0; w != NULL && i < w->count; i++) {
		buf_str(b, b->len > 0 ? " " : "");
		buf_str(b, rule_slug(w->list[i].rule));
		if (w->list[i].member.at != NULL)
			buf_printf(b, " " TEXT_FMT, TEXT_ARG(w->list[i].member));
	}
}

static void what_real_clients_send_is_understood_with_a_warning(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(tolerated); i++) {
		struct buf told;
		bool refused, for_form;

		read_as(b, text_of(tolerated[i].xml), READ_LENIENT);
		for (int n = 0; n < b->m.node_count; n++)
			if (b->m.nodes[n].findings != NULL)
				fail_msg("%s: %s", bench_findings(b, n), tolerated[i].xml);
		buf_init(&told, &b->arena, 256);
		buf_str(&told, "");
		put_warnings(&told, b->m.warnings);
		put_warnings(&told, b->m.nodes[0].warnings);
		if (strcmp(told.at, tolerated[i].warnings) != 0)
			fail_msg("%s instead of %s: %s", told.at, tolerated[i].warnings, tolerated[i].xml);
		judge_strict(b, text_of(tolerated[i].xml), &refused, &for_form);
		assert_int_equal(refused, tolerated[i].warnings[0] != '\0');
	}
}

static void tolerated_values_become_the_right_ones(void **state)
{
	struct bench *b = *state;

	read_as(b, TEXT(CANCEL("agengName", "Mon Mar 02 10:11:12 CST 2026")), READ_LENIENT);
	bench_assert_text(b, document_get(b->m.nodes[0].doc, F_SENT_AT), "2026-03-02T10:11:12+08:00");
	bench_assert_text(b, document_get(b->m.nodes[0].doc, F_DECLARANT_NAME), "a");
	bench_assert_text(b, b->m.sender_code, "91441800MA5T00045D");
	bench_assert_text(b, b->m.exchange_id, "D");
}

static void a_times_text_that_is_none_is_refused(void **state)
{
	static const char *const times[] = {
		CANCEL("agentName", "Mon Foo 02 10:11:12 CST 2026"), CANCEL("agentName", "Mon Mar 02 10:11:12 PST 2026"),
		CANCEL("agentName", "Mon Mar 32 10:11:12 CST 2026"), CANCEL("agentName", "2026-13-02 10:11:12"), CANCEL("agentName", "2026030210111299999"),
		CANCEL("agentName", "20260302"),
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(times); i++) {
		read_as(b, text_of(times[i]), READ_LENIENT);
		assert_string_equal(bench_findings(b, 0), "field.form /CEB605Message/InvtCancel[1]/appTime");
	}
}

static void a_warehouse_list_stands_alone(void **state)
{
	struct bench *b = *state;
	const struct document *d = fixture_made(&b->arena, message_def_by_number(711), b->book, 1);
	const struct document *const two[] = { d, d };
	struct buf xml;

	buf_init(&xml, &b->arena, 8192);
	ceb_put_message(&xml, two, 2, TEXT(GUID), AT_US);
	assert_false(message_read_ceb(&b->arena, buf_as_text(&xml), READ_LENIENT, &b->m, &b->f));
	assert_int_equal(b->f.code, FAULT_TOO_LARGE);
}

static void receipts_are_read_but_not_filed(void **state)
{
	struct bench *b = *state;

	read_as(b, written(b, fixture_made(&b->arena, message_def_by_number(622), b->book, 2)), READ_LENIENT);
	bench_assert_clean(b);
	message_refuse_unfiled(&b->arena, &b->m);
	assert_string_equal(bench_findings(b, 0), "filing.not-filed /CEB622Message/InventoryReturn[1]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(nothing_is_lost_between_xml_and_canonical),
		BENCH_TEST(strict_reading_and_the_schema_agree),
		BENCH_TEST(every_receipt_is_valid),
		BENCH_TEST(what_real_clients_send_is_understood_with_a_warning),
		BENCH_TEST(tolerated_values_become_the_right_ones),
		BENCH_TEST(a_times_text_that_is_none_is_refused),
		BENCH_TEST(a_warehouse_list_stands_alone),
		BENCH_TEST(receipts_are_read_but_not_filed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
