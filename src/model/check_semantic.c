/*
 * What well-formed values must mean: identifiers with their check digits, arithmetic, and what direction
 * and regime ask for.
 *
 * Only values without a finding are looked at; whoever is absent here was optional or is reported already.
 * What several filings of one trade must agree on is not here but in verdict.c.
 */
#include "model/check_priv.h"
#include "model/identifier.h"

#define CNY         "142"
#define CHINA       "142"
#define KILOGRAM    "035"
#define MONEY_PLACES 2

static int index_of(const struct check *c, const struct row *r, enum field f)
{
	return r->line < 0 ? field_index(c->d->def, f) : field_line_index(c->d->def, f);
}

/* Absent also when it has a finding. */
static struct text value_of(const struct check *c, const struct row *r, enum field f)
{
	int i = index_of(c, r, f);

	if (i < 0 || (r->bad >> i & 1) != 0)
		return (struct text){ NULL, 0 };
	return r->values[i];
}

static bool number_of(const struct check *c, const struct row *r, enum field f, struct decimal *out)
{
	struct text t = value_of(c, r, f);

	return t.at != NULL && decimal_parse(t, 19, 5, out);
}

static void refuse(struct check *c, struct row *r, enum field f, const struct wrong *w)
{
	check_report(c, r, &(struct wrong){ w->rule, index_of(c, r, f), w->expected });
}

static bool is_import(const struct check *c)
{
	return c->d->def->direction == DIR_IMPORT;
}

static struct decimal to_money(struct decimal n)
{
	return decimal_mul(n, (struct decimal){ 100000 }, MONEY_PLACES);
}

static const char *words_of(struct check *c, struct decimal n)
{
	struct buf b;

	buf_init(&b, c->out->arena, 32);
	decimal_put(&b, n);
	return b.full ? NULL : b.at;
}

/* ---- single values ---- */

static void check_company(struct check *c, struct row *r, int i)
{
	struct text code = r->values[i];
	struct wrong w = { .index = i };

	if (r->fields[i].id == F_PLATFORM_CODE && !is_import(c) && text_is(code, "无"))
		return; /* a foreign platform without a code */
	if (r->fields[i].id == F_PRODUCER_CODE && text_is(code, "NO"))
		return; /* a producer that is not registered */
	if (code.len == 18) {
		w.rule = RULE_CREDIT_CODE;
		w.expected = "18 characters with their check character";
	} else if (code.len == 10) {
		w.rule = RULE_CUSTOMS_CODE;
		w.expected = "4 digits and 6 digits or capital letters";
	} else {
		w.rule = RULE_COMPANY_CODE;
		w.expected = "18 or 10 characters";
	}
	if (!identifier_company(code))
		check_report(c, r, &w);
}

/* type: the field that says what document it is; 1 is the identity card. */
static void check_person(struct check *c, struct row *r, enum field type, int i)
{
	if (text_is(value_of(c, r, type), "1") && !identifier_identity_number(r->values[i], c->day))
		check_report(c, r, &(struct wrong){ RULE_IDENTITY_NUMBER, i, "18 characters, birth date and check character right" });
}

static void check_waybill_no(struct check *c, struct row *r, int i)
{
	if (identifier_looks_s10(r->values[i]) && !identifier_s10(r->values[i]))
		check_report(c, r, &(struct wrong){ RULE_POSTAL_ITEM, i, "a number with the right check digit" });
}

static void check_value(struct check *c, struct row *r, int i)
{
	switch (r->fields[i].id) {
	case F_APP_STATUS:
		if (text_is(r->values[i], "1"))
			check_report(c, r, &(struct wrong){ RULE_NOT_DECLARED, i, "2" });
		break;
	case F_PLATFORM_CODE:
	case F_MERCHANT_CODE:
	case F_DECLARANT_CODE:
	case F_CARRIER_CODE:
	case F_PAYMENT_COMPANY_CODE:
	case F_PRODUCER_CODE:
	case F_ZONE_COMPANY_CODE:
	case F_OPERATOR_CODE:
	case F_BROKER_CODE:
		check_company(c, r, i);
		break;
	case F_BUYER_ID_NUMBER:
		check_person(c, r, F_BUYER_ID_TYPE, i);
		break;
	case F_PAYER_ID_NUMBER:
		check_person(c, r, F_PAYER_ID_TYPE, i);
		break;
	case F_WAYBILL_NO:
		check_waybill_no(c, r, i);
		break;
	case F_CURRENCY:
		if (is_import(c) && !text_is(r->values[i], CNY))
			check_report(c, r, &(struct wrong){ RULE_CURRENCY_CNY, i, CNY });
		break;
	case F_PACK_COUNT:
		if (is_import(c) && !text_is(r->values[i], "1"))
			check_report(c, r, &(struct wrong){ RULE_PACK_ONE, i, "1" });
		break;
	default:
		break;
	}
}

/* ---- head ---- */

static void check_weights(struct check *c, struct row *r)
{
	struct decimal net, gross;

	if (number_of(c, r, F_NET_WEIGHT, &net) && number_of(c, r, F_GROSS_WEIGHT, &gross) && decimal_cmp(net, gross) > 0)
		refuse(c, r, F_NET_WEIGHT, &(struct wrong){ RULE_WEIGHT, -1, "not more than gross_weight" });
}

static void check_actual_paid(struct check *c, struct row *r)
{
	struct decimal goods, freight, tax, discount, paid, due;

	if (!number_of(c, r, F_GOODS_VALUE, &goods) || !number_of(c, r, F_FREIGHT, &freight) ||
	    !number_of(c, r, F_TAX_TOTAL, &tax) || !number_of(c, r, F_DISCOUNT, &discount) ||
	    !number_of(c, r, F_ACTUAL_PAID, &paid))
		return;
	due = decimal_sub(decimal_add(decimal_add(goods, freight), tax), discount);
	if (!decimal_eq(paid, due))
		refuse(c, r, F_ACTUAL_PAID, &(struct wrong){ RULE_ACTUAL_PAID, -1, words_of(c, due) });
}

static void check_guarantor(struct check *c, struct row *r)
{
	static const enum field candidates[] = { F_PLATFORM_CODE, F_MERCHANT_CODE, F_CARRIER_CODE, F_DECLARANT_CODE };
	struct text guarantor = value_of(c, r, F_GUARANTOR_CODE);

	if (guarantor.at == NULL)
		return;
	for (size_t i = 0; i < COUNTOF(candidates); i++) {
		int at = index_of(c, r, candidates[i]);

		if (text_eq(r->values[at], guarantor)) /* be it right or wrong itself */
			return;
	}
	refuse(c, r, F_GUARANTOR_CODE,
	       &(struct wrong){ RULE_GUARANTOR, -1, "platform_code, merchant_code, carrier_code or declarant_code" });
}

static void need(struct check *c, struct row *r, enum field f, enum rule rule)
{
	int i = index_of(c, r, f);

	if (i >= 0 && r->values[i].at == NULL)
		check_report(c, r, &(struct wrong){ rule, i, "to be filled in" });
}

static void need_not(struct check *c, struct row *r, enum field f, enum rule rule)
{
	int i = index_of(c, r, f);

	if (i >= 0 && r->values[i].at != NULL)
		check_report(c, r, &(struct wrong){ rule, i, "to be left out" });
}

/* Export may name vehicle, voyage and bill later, in a message of its own. */
static void check_regime(struct check *c, struct row *r)
{
	static const enum field of_zone[] = { F_BOOK_NO, F_ZONE_COMPANY_CODE, F_ZONE_COMPANY_NAME };
	static const enum field of_journey[] = { F_VEHICLE_NO, F_VOYAGE_NO, F_BILL_NO };
	struct text mode = value_of(c, r, F_TRADE_MODE);

	if (mode.at == NULL)
		return;
	c->regime = codebook_regime(c->book, mode, c->d->def->direction, c->day);
	if (c->regime == NULL) {
		refuse(c, r, F_TRADE_MODE, &(struct wrong){ RULE_REGIME_UNKNOWN, -1, "a trade mode in force" });
		return;
	}
	for (size_t i = 0; c->regime->bonded && i < COUNTOF(of_zone); i++)
		need(c, r, of_zone[i], RULE_BONDED_FIELDS);
	for (size_t i = 0; is_import(c) && i < COUNTOF(of_journey); i++) {
		if (c->regime->bonded)
			need_not(c, r, of_journey[i], RULE_BONDED_FIELDS);
		else
			need(c, r, of_journey[i], RULE_DIRECT_FIELDS);
	}
}

/* An inventory whose parcel goes by post: the post is sent it as item data, and refuses what these rules refuse. */
static bool is_postal(const struct check *c)
{
	return c->d->def->kind == DOC_INVENTORY && identifier_s10(value_of(c, &c->head, F_WAYBILL_NO));
}

static void check_postal_country(struct check *c, struct row *r)
{
	if (is_postal(c) && !is_import(c) && text_is(value_of(c, r, F_COUNTRY_CODE), CHINA))
		refuse(c, r, F_COUNTRY_CODE, &(struct wrong){ RULE_POSTAL_COUNTRY, -1, "a country that is not China (142)" });
}

static void check_head(struct check *c, struct row *r)
{
	if (c->d->def->kind == DOC_ORDER && is_import(c))
		check_actual_paid(c, r);
	if (c->d->def->kind != DOC_INVENTORY)
		return;
	check_weights(c, r);
	check_postal_country(c, r);
	check_regime(c, r);
	if (is_import(c))
		check_guarantor(c, r);
}

/* ---- lines ---- */

static void check_line_total(struct check *c, struct row *r)
{
	struct decimal price, quantity, total, product;

	if (!number_of(c, r, F_TOTAL_PRICE, &total)) {
		c->lines_total_known = false;
		return;
	}
	c->lines_total = decimal_add(c->lines_total, total);
	if (!number_of(c, r, F_PRICE, &price) || !number_of(c, r, F_QUANTITY, &quantity))
		return;
	product = decimal_mul(price, quantity, MONEY_PLACES);
	if (!decimal_eq(product, to_money(total))) {
		refuse(c, r, F_TOTAL_PRICE, &(struct wrong){ RULE_LINE_TOTAL, -1, words_of(c, product) });
		c->lines_total_known = false;
	}
}

static void check_second_quantity(struct check *c, struct row *r)
{
	int quantity = index_of(c, r, F_QUANTITY_2), unit = index_of(c, r, F_UNIT_2);
	bool has_quantity, has_unit;

	if (quantity < 0)
		return;
	has_quantity = r->values[quantity].at != NULL;
	has_unit = r->values[unit].at != NULL;
	if (has_quantity && !has_unit)
		check_report(c, r, &(struct wrong){ RULE_SECOND_QUANTITY, unit, "a unit, as quantity_2 is given" });
	else if (has_unit && !has_quantity)
		check_report(c, r, &(struct wrong){ RULE_SECOND_QUANTITY, quantity, "a quantity, as unit_2 is given" });
}

/* Its kilograms, if one of the legal units is that. */
static void check_postal_line(struct check *c, struct row *r)
{
	static const enum field quantities[] = { F_QUANTITY_1, F_QUANTITY_2 }, units[] = { F_UNIT_1, F_UNIT_2 };
	struct decimal value, weight;

	if (!is_postal(c))
		return;
	if (number_of(c, r, F_TOTAL_PRICE, &value) && decimal_cmp(value, (struct decimal){ 0 }) <= 0)
		refuse(c, r, F_TOTAL_PRICE, &(struct wrong){ RULE_POSTAL_VALUE, -1, "more than 0" });
	for (size_t i = 0; i < COUNTOF(units); i++) {
		if (!text_is(value_of(c, r, units[i]), KILOGRAM) || !number_of(c, r, quantities[i], &weight))
			continue;
		c->lines_weight = decimal_add(c->lines_weight, weight);
		return;
	}
}

static void check_line(struct check *c, struct row *r)
{
	check_line_total(c, r);
	check_second_quantity(c, r);
	check_postal_line(c, r);
	if (c->regime != NULL && c->regime->bonded && is_import(c))
		need(c, r, F_ITEM_RECORD_NO, RULE_BONDED_FIELDS);
}

void check_row_meaning(struct check *c, struct row *r)
{
	for (int i = 0; i < r->count; i++) {
		if (r->values[i].at != NULL && (r->bad >> i & 1) == 0)
			check_value(c, r, i);
	}
	if (r->line < 0)
		check_head(c, r);
	else
		check_line(c, r);
}

static void check_postal_weight(struct check *c)
{
	struct decimal gross;

	if (is_postal(c) && number_of(c, &c->head, F_GROSS_WEIGHT, &gross) && decimal_cmp(c->lines_weight, gross) > 0)
		refuse(c, &c->head, F_GROSS_WEIGHT, &(struct wrong){ RULE_POSTAL_WEIGHT, -1, check_words(c, "at least %s, what the lines weigh", words_of(c, c->lines_weight)) });
}

void check_sums(struct check *c)
{
	struct decimal goods;

	check_postal_weight(c);

	if (c->d->def->kind != DOC_ORDER || !c->lines_total_known || !number_of(c, &c->head, F_GOODS_VALUE, &goods))
		return;
	if (!decimal_eq(to_money(c->lines_total), to_money(goods)))
		refuse(c, &c->head, F_GOODS_VALUE, &(struct wrong){ RULE_GOODS_VALUE, -1, words_of(c, to_money(c->lines_total)) });
}
