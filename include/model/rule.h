/*
 * The words of every rule that can refuse a filing or differ in a match: slug, source
 * row, what is wrong, what to do — in English and Chinese; and the customs receipt code
 * that says the nearest thing (negative: CEB error list; positive: reject code), 0: none.
 *
 * The list itself is src/model/rule.c's table; slugs are stable API.
 */
#ifndef MODEL_RULE_H
#define MODEL_RULE_H

#include <stdbool.h>

/*        id                 slug                        source */
#define RULE_MAP(X) \
	X(REQUIRED,          "field.required",           "GACC 2018-113 (202205), fields") \
	X(UNKNOWN_FIELD,     "field.unknown",            "data standard v1") \
	X(DUPLICATE_FIELD,   "field.duplicate",          "data standard v1") \
	X(TYPE,              "field.type",               "data standard v1") \
	X(LENGTH,            "field.length",             "GACC 2018-113 (202205), fields") \
	X(DIGITS,            "field.digits",             "GACC 2018-113 (202205), fields") \
	X(FORM,              "field.form",               "GACC 2018-113 (202205), fields") \
	X(VALUE,             "field.value",              "GACC 2018-113 (202205), fields") \
	X(CODE,              "field.code",               "GACC 2018-113 (202205), code tables") \
	X(ISO_UNKNOWN,       "field.iso-unknown",        "ISO 4217, ISO 3166; customs code tables") \
	X(ISO_AMBIGUOUS,     "field.iso-ambiguous",      "ISO 4217, ISO 3166; customs code tables") \
	X(CHARACTERS,        "field.characters",         "GACC 2018-113 (202205), UTF-8") \
	X(KIND,              "filing.kind",              "data standard v1") \
	X(LINES_NONE,        "filing.lines-none",        "GACC 2018-113 (202205), error -301001") \
	X(LINES_TOO_MANY,    "filing.lines-too-many",    "GACC 2018-113 (202205), limits") \
	X(LINE_NUMBER,       "filing.line-number",       "GACC 2018-113 (202205), error -301002") \
	X(CREDIT_CODE,       "identifier.credit-code",   "GB 32100-2015") \
	X(IDENTITY_NUMBER,   "identifier.identity-number", "GB 11643-1999") \
	X(CUSTOMS_CODE,      "identifier.customs-code",  "GACC registration code, 10 characters") \
	X(COMPANY_CODE,      "identifier.company-code",  "GB 32100-2015 or GACC registration code") \
	X(HS_CODE,           "identifier.hs",            "Customs tariff, 8 + 2 digits") \
	X(POSTAL_ITEM,       "identifier.s10",           "UPU S10") \
	X(LINE_TOTAL,        "arithmetic.line-total",    "GACC 2018-113 (202205), totalPrice") \
	X(GOODS_VALUE,       "arithmetic.goods-value",   "GACC 2018-113 (202205), goodsValue") \
	X(ACTUAL_PAID,       "arithmetic.actual-paid",   "GACC 2018-113 (202205), acturalPaid") \
	X(NEGATIVE,          "arithmetic.negative",      "GACC 2018-113 (202205), fields") \
	X(WEIGHT,            "arithmetic.weight",        "GACC 2018-113 (202205), netWeight") \
	X(SECOND_QUANTITY,   "filing.second-quantity",   "GACC 2018-113 (202205), qty2, unit2") \
	X(CURRENCY_CNY,      "import.currency",          "GACC 2018-113 (202205), currency") \
	X(PACK_ONE,          "import.pack-one",          "GACC 2018-113 (202205), packNo") \
	X(BONDED_FIELDS,     "regime.bonded-fields",     "GACC 2018-113 (202205), InventoryHead") \
	X(DIRECT_FIELDS,     "regime.direct-fields",     "GACC 2018-113 (202205), InventoryHead") \
	X(REGIME_UNKNOWN,    "regime.unknown",           "table regime") \
	X(GUARANTOR,         "import.guarantor",         "GACC 2018-113 (202205), assureCode") \
	X(NOT_DECLARED,      "filing.draft",             "GACC 2018-113 (202205), appStatus") \
	X(NOT_FILED,         "filing.not-filed",         "GACC 2018-113 (202205), senders") \
	X(POSTAL_WEIGHT,     "post.net-weight",          "UPU item data (ITMATT); GACC 2018-164") \
	X(POSTAL_VALUE,      "post.value",               "UPU item data (ITMATT); GACC 2018-164") \
	X(POSTAL_COUNTRY,    "post.country",             "UPU item data (ITMATT); GACC 2018-164") \
	/* who may take part, and act for whom: model/rights.h */ \
	X(PARTY_SUSPENDED,   "party.suspended",          "register of enterprises, state") \
	X(PARTY_FROZEN,      "party.frozen",             "business register (SAMR)") \
	X(PARTY_SCOPE,       "party.scope",              "table scope_rule") \
	X(PARTY_AUTHORISATION, "party.authorisation",    "table authorisation_rule") \
	X(GOODS_NOT_FILED,   "goods.not-filed",          "table goods_rule") \
	X(GOODS_FROZEN,      "goods.frozen",             "tables quality_recall, brand_complaint") \
	X(NOTHING_TO_CHANGE, "revision.unknown",         "GACC 2018-113 (202205), appType") \
	X(CHANGE_TOO_LATE,   "revision.too-late",        "GACC 2018-194 art. 11") \
	X(CHANGE_WITHDRAWING, "revision.withdrawing",    "GACC 2018-194 art. 11") \
	X(NOTHING_TO_CANCEL, "cancellation.unknown",     "GACC 2018-113 (202205), error -623005") \
	X(RETURN_UNKNOWN,    "return.unknown",           "GACC 2018-113 (202205), error -625204") \
	X(RETURN_NOT_RELEASED, "return.not-released",    "GACC 2020-45") \
	X(RETURN_TOO_LATE,   "return.too-late",          "GACC 2020-45; table statutory_period") \
	X(RETURN_NO_RULE,    "return.no-rule",           "table statutory_period") \
	X(RETURN_LINE,       "return.line",              "GACC 2018-113 (202205), error -625209") \
	X(RETURN_QUANTITY,   "return.quantity",          "GACC 2018-113 (202205), qty of message 625") \
	X(RETURN_FIXED,      "return.fixed",             "GACC 2018-113 (202205), appType") \
	/* beside the schema of customs' messages: refused in strict reading, warned of in lenient */ \
	X(SCHEMA_ROOT,       "schema.root",              "GACC 2018-113 (202205), root element") \
	X(SCHEMA_ATTRIBUTES, "schema.attributes",        "GACC 2018-113 (202205), guid and version") \
	X(SCHEMA_NAMESPACE,  "schema.namespace",         "GACC 2018-113 (202205), namespace") \
	X(SCHEMA_ENVELOPE,   "schema.envelope",          "GACC 2018-113 (202205), BaseTransfer and what follows") \
	X(SCHEMA_ORDER,      "schema.order",             "GACC 2018-113 (202205), order of elements") \
	X(SCHEMA_EMPTY,      "schema.empty",             "GACC 2018-113 (202205), fields") \
	X(SCHEMA_NAME,       "schema.name",              "GACC 2018-113 (202205), element names") \
	X(SCHEMA_ABSENT,     "schema.absent",            "GACC 2018-113 (202205), fields") \
	X(SCHEMA_TIME,       "schema.time",              "GACC 2018-113 (202205), times and dates") \
	X(SCHEMA_EXTRA,      "schema.extra",             "GACC 2018-113 (202205), fields") \
	/* a signed message as a whole */ \
	X(SIGNATURE_MISSING, "signature.missing",        "GACC 2018-113 (202205), ds:Signature") \
	X(SIGNATURE_FORM,    "signature.form",           "GACC 2018-113 (202205), ds:Signature; W3C XMLDSig") \
	X(SIGNATURE_CANONICAL, "signature.canonical-form", "W3C Canonical XML 1.0") \
	X(SIGNATURE_CERTIFICATE, "signature.certificate-unknown", "GACC 2018-113 (202205), KeyInfo") \
	X(SIGNATURE_NOT_BOUND, "signature.certificate-not-bound", "GACC 2018-113 (202205), copCode: the company of the certificate") \
	X(SIGNATURE_TOO_EARLY, "signature.certificate-not-yet-valid", "RFC 5280, validity") \
	X(SIGNATURE_EXPIRED, "signature.certificate-expired", "RFC 5280, validity") \
	X(SIGNATURE_KEY,     "signature.certificate-key", "GACC 2018-113 (202205), SignatureMethod") \
	X(SIGNATURE_DIGEST,  "signature.digest",         "GACC 2018-113 (202205), DigestValue; error -621028") \
	X(SIGNATURE_VALUE,   "signature.value",          "GACC 2018-113 (202205), SignatureValue; error -621029") \
	/* matching of the three flows */ \
	X(MATCH_AMOUNT,      "match.amount",             "GACC 2018-113 (202205), acturalPaid; customs 1332") \
	X(MATCH_PAYER,       "match.payer",              "GACC 2018-194; customs 1327") \
	X(MATCH_PAYMENT_NO,  "match.payment-no",         "customs 13035") \
	X(MATCH_BUYER,       "match.buyer",              "customs 13127 13126") \
	X(MATCH_COMPANY,     "match.company",            "GACC 2018-113 (202205), keys") \
	X(MATCH_WAYBILL,     "match.waybill",            "GACC 2018-113 (202205), keys") \
	X(MATCH_CONSIGNEE,   "match.consignee",          "GACC 2018-113 (202205), consignee") \
	X(MATCH_LINE_COUNT,  "match.line-count",         "customs 1320") \
	X(MATCH_LINE,        "match.line",               "customs 1322") \
	X(MATCH_CURRENCY,    "match.currency",           "GACC 2018-113 (202205), currency") \
	X(MATCH_FEES,        "match.fees",               "GACC 2018-113 (202205), freight, insuredFee") \
	X(MATCH_DIRECTION,   "match.direction",          "GACC 2018-113 (202205), keys") \
	X(FLOW_MISSING,      "match.missing",            "table regime") \
	X(FLOW_DUPLICATE,    "match.duplicate",          "GACC 2018-113 (202205), keys") \
	X(WAYBILL_TAKEN,     "match.waybill-taken",      "GACC 2018-113 (202205), logisticsNo") \
	/* what departments answer before anything is declared */ \
	X(DEPARTMENT_LIST,   "department.negative-list", "pilot-zone plan, negative list of goods; table lookup_rule") \
	X(DEPARTMENT_PERMIT, "department.licence",       "pilot-zone plan, licences; table lookup_rule") \
	X(DEPARTMENT_ASKED,  "department.unanswered",    "table lookup_rule") \
	X(DEPARTMENT_AWAY,   "department.away",          "table lookup_rule") \
	/* lanes of the risk rules */ \
	X(RISK_REFUSED,      "risk.refused",             "table risk_rule") \
	X(RISK_HELD,         "risk.held",                "table risk_lane")

enum rule {
#define X(id, slug, source) RULE_##id,
	RULE_MAP(X)
#undef X
	RULE_COUNT
};

const char *rule_slug(enum rule r);
const char *rule_source(enum rule r);
const char *rule_detail(enum rule r, bool chinese);
const char *rule_remedy(enum rule r, bool chinese);
int rule_customs_code(enum rule r);

#endif
