/* Hashes of a trade, and sums over the trades of one buyer. */
#include "model/risk_trace.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"

#define WINDOW_US(d, rule) ((int64_t)risk_day_window(d, rule) * US_PER_S)

/* --- hashes -------------------------------------------------------------------------------------------------------- */

static int64_t number_of(struct sha256 digest)
{
	int64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = (int64_t)((uint64_t)n << 8 | digest.b[i]);
	return n == 0 ? 1 : n; /* 0: not known */
}

struct sha256 risk_secret(struct text master)
{
	return hmac_sha256(master, TEXT("\xff" "risk trace")); /* 0xff is in no text */
}

/* Of persons: under the key, and the kind, so that a telephone is never taken for a number of another sort. */
static int64_t keyed(struct text secret, char kind, struct text a, struct text b)
{
	char joined[600];
	size_t n = a.len < 290 ? a.len : 290, m = b.len < 290 ? b.len : 290;

	if (a.len == 0)
		return 0;
	joined[0] = kind;
	memcpy(joined + 1, a.at, n);
	joined[1 + n] = '\0';
	if (m > 0)
		memcpy(joined + 2 + n, b.at, m);
	return number_of(hmac_sha256(secret, (struct text){ joined, 2 + n + m }));
}

int64_t risk_person(struct text secret, struct text number)
{
	return keyed(secret, 'B', number, (struct text){ NULL, 0 });
}

/* Of what is no person's: shops, goods. */
static int64_t plain(struct text a, struct text b, struct text c)
{
	const struct text parts[] = { a, TEXT("\n"), b, TEXT("\n"), c };

	return number_of(sha256_of_parts(parts, COUNTOF(parts)));
}

static struct text field(const struct document *d, enum field f)
{
	struct text t = d == NULL ? (struct text){ NULL, 0 } : document_get(d, f);

	return t.at == NULL ? (struct text){ "", 0 } : text_trim(t);
}

static bool is_kept(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static char capital(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Wide forms U+FF01 to U+FF5E are ASCII at another place; U+2000 to U+206F and U+3000 to U+303F are blanks and punctuation. */
struct text risk_address(struct arena *a, struct text address)
{
	struct buf b;

	buf_init(&b, a, address.len + 1);
	for (size_t i = 0; i < address.len; i++) {
		const unsigned char *at = (const unsigned char *)address.at + i;
		bool three = address.len - i >= 3 && at[0] >= 0xe0;

		if (three && at[0] == 0xef && (at[1] == 0xbc || at[1] == 0xbd)) {
			char c = capital((char)((at[1] - 0xbc) * 0x40 + at[2] - 0x80 + 0x20));

			if (is_kept((unsigned char)c))
				buf_char(&b, c);
			i += 2;
		} else if (three && ((at[0] == 0xe2 && (at[1] == 0x80 || at[1] == 0x81)) || (at[0] == 0xe3 && at[1] == 0x80))) {
			i += 2;
		} else if (is_kept((unsigned char)capital((char)at[0]))) {
			buf_char(&b, capital((char)at[0]));
		}
	}
	return buf_as_text(&b);
}

static struct text digits_of(struct arena *a, struct text phone)
{
	struct text all;
	struct buf b;

	buf_init(&b, a, phone.len + 1);
	for (size_t i = 0; i < phone.len; i++)
		if (phone.at[i] >= '0' && phone.at[i] <= '9')
			buf_char(&b, phone.at[i]);
	all = buf_as_text(&b);
	return all.len <= 11 ? all : (struct text){ all.at + all.len - 11, 11 }; /* without the country's prefix */
}

/* --- goods --------------------------------------------------------------------------------------------------------- */

static void put_number(struct buf *b, uint64_t n, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		buf_char(b, (char)(n >> 8 * i));
}

static uint64_t number_at(const char *at, int bytes)
{
	uint64_t n = 0;

	for (int i = 0; i < bytes; i++)
		n = n << 8 | (unsigned char)at[i];
	return n;
}

static int64_t bounded(__int128 n, int64_t most)
{
	return n < 0 ? 0 : n > most ? most : (int64_t)n;
}

static int64_t fen_of(struct decimal amount)
{
	return bounded(amount.e5 / 1000, INT64_MAX / 1000000);
}

static void put_line(struct buf *b, const struct document *inventory, int line, struct text merchant)
{
	struct text hs = document_line_get(inventory, line, F_HS_CODE), item = document_line_get(inventory, line, F_ITEM_NO);
	struct text currency = document_line_get(inventory, line, F_CURRENCY);
	struct decimal quantity = { 0 }, price = { 0 };
	int64_t heading = 0;

	item = item.at == NULL ? (struct text){ "", 0 } : text_trim(item);
	if (!document_line_decimal(inventory, line, F_QUANTITY, &quantity) || !document_line_decimal(inventory, line, F_PRICE, &price))
		quantity.e5 = price.e5 = 0; /* a checked inventory has both */
	if (hs.len < 4 || !text_to_i64((struct text){ hs.at, 4 }, &heading))
		heading = 0;
	put_number(b, (uint64_t)(item.len > 0 ? plain(merchant, item, currency) : plain(hs, document_line_get(inventory, line, F_UNIT), currency)), 8);
	put_number(b, (uint64_t)fen_of(price), 8);
	put_number(b, (uint64_t)bounded((quantity.e5 + 99999) / 100000, INT32_MAX), 4);
	put_number(b, (uint64_t)heading, 4);
}

int risk_goods_count(struct text goods)
{
	return (int)(goods.len / RISK_GOODS_BYTES);
}

struct risk_goods risk_goods_get(struct text goods, int line)
{
	const char *at = goods.at + (size_t)line * RISK_GOODS_BYTES;

	return (struct risk_goods){ .sku = (int64_t)number_at(at, 8), .unit_fen = (int64_t)number_at(at + 8, 8), .units = (int32_t)number_at(at + 16, 4),
		                    .heading = (int32_t)number_at(at + 20, 4) };
}

/* --- one trade ----------------------------------------------------------------------------------------------------- */

static int64_t time_of(const struct document *order, const struct document *payment, int64_t opened_us)
{
	int64_t us = opened_us;

	if (clock_parse_rfc3339(field(payment, F_PAID_AT), &us) || clock_parse_rfc3339(field(order, F_SENT_AT), &us))
		return us;
	return opened_us;
}

/* What was paid; where the order does not say it, the goods and their carriage. */
static int64_t total_of(const struct document *order)
{
	struct decimal paid, goods = { 0 }, freight = { 0 };

	if (document_decimal(order, F_ACTUAL_PAID, &paid))
		return fen_of(paid);
	if (!document_decimal(order, F_GOODS_VALUE, &goods))
		return 0;
	return fen_of(document_decimal(order, F_FREIGHT, &freight) ? decimal_add(goods, freight) : goods);
}

bool risk_trace_make(struct arena *a, struct text secret, const struct document *order, const struct document *payment, const struct document *inventory,
                     int64_t opened_us, struct risk_trace *out)
{
	struct text buyer = field(order, F_BUYER_ID_NUMBER), payer = field(payment, F_PAYER_ID_NUMBER), merchant = field(inventory, F_MERCHANT_CODE);
	struct text platform = field(inventory, F_PLATFORM_CODE), phone = field(order, F_CONSIGNEE_TELEPHONE);
	char amount[24];
	struct buf b;

	*out = (struct risk_trace){ .at_us = time_of(order, payment, opened_us), .total_fen = total_of(order) };
	out->buyer = risk_person(secret, buyer);
	out->registration = keyed(secret, 'R', field(order, F_BUYER_REG_NO), platform);
	out->address = keyed(secret, 'A', risk_address(a, field(order, F_CONSIGNEE_ADDRESS)), (struct text){ NULL, 0 });
	out->phone = keyed(secret, 'T', digits_of(a, phone.len > 0 ? phone : field(order, F_BUYER_TELEPHONE)), (struct text){ NULL, 0 });
	if (payer.len > 0 && !text_eq(payer, buyer))
		out->account = risk_person(secret, payer); /* as he would be hashed as a buyer */
	(void)snprintf(amount, sizeof(amount), "%lld", (long long)out->total_fen);
	out->shop = plain(merchant, platform, text_of(amount));
	buf_init(&b, a, RISK_GOODS_BYTES * (size_t)(inventory->line_count + 1));
	for (int line = 0; line < inventory->line_count; line++)
		put_line(&b, inventory, line, merchant);
	out->goods = buf_as_text(&b);
	return !a->full;
}

/* --- counting ------------------------------------------------------------------------------------------------------ */

static bool is_within(const struct risk_trace *own, const struct risk_seen *s, int64_t window_us)
{
	return s->at_us <= own->at_us && s->at_us > own->at_us - window_us;
}

enum { HEADINGS = 10000 }; /* numbers of four digits */
struct headings {
	bool has[HEADINGS];
};

static void note_headings(struct headings *h, struct text goods)
{
	memset(h, 0, sizeof(*h));
	for (int i = 0; i < risk_goods_count(goods); i++) {
		int32_t heading = risk_goods_get(goods, i).heading;

		if (heading >= 0 && heading < HEADINGS)
			h->has[heading] = true;
	}
}

static bool shares_heading(const struct headings *own, struct text goods)
{
	for (int i = 0; i < risk_goods_count(goods); i++) {
		int32_t heading = risk_goods_get(goods, i).heading;

		if (heading >= 0 && heading < HEADINGS && own->has[heading])
			return true;
	}
	return false;
}

static int64_t units_in(struct text goods, int64_t sku)
{
	int64_t units = 0;

	for (int i = 0; i < risk_goods_count(goods); i++) {
		struct risk_goods g = risk_goods_get(goods, i);

		units += g.sku == sku ? g.units : 0;
	}
	return units;
}

/* Orders that are within the limit one by one: R-ORD-04's second parameter. */
static void count_splits(const struct risk_day *d, const struct risk_trace *own, const struct risk_seen *seen, int count, struct risk_facts *out)
{
	int64_t window_us = WINDOW_US(d, "R-ORD-04"), limit = risk_day_parameter(d, "R-ORD-04", 1);
	struct headings headings;

	if (window_us == 0 || own->total_fen > limit)
		return;
	note_headings(&headings, own->goods);
	out->splits = 1;
	out->split_fen = own->total_fen;
	for (int i = 0; i < count; i++) {
		if (!is_within(own, &seen[i], window_us) || seen[i].total_fen > limit || !shares_heading(&headings, seen[i].goods))
			continue;
		out->splits++;
		out->split_fen += seen[i].total_fen;
	}
}

static void count_units(const struct risk_day *d, const struct risk_trace *own, const struct risk_seen *seen, int count, struct risk_facts *out)
{
	int64_t window_us = WINDOW_US(d, "R-ORD-05");

	for (int line = 0; window_us > 0 && line < risk_goods_count(own->goods); line++) {
		int64_t sku = risk_goods_get(own->goods, line).sku, units = units_in(own->goods, sku);

		for (int i = 0; i < count; i++)
			units += is_within(own, &seen[i], window_us) ? units_in(seen[i].goods, sku) : 0;
		if (units > out->units_of_sku)
			out->units_of_sku = (int)bounded(units, INT32_MAX);
	}
}

/* Only imports name a buyer by number, and they are paid in yuan. */
static void count_paid(const struct risk_day *d, const struct risk_trace *own, const struct risk_seen *seen, int count, struct risk_facts *out)
{
	int64_t window_us = WINDOW_US(d, "R-FX-05");

	if (window_us == 0)
		return;
	out->paid_of_buyer_fen = own->total_fen;
	for (int i = 0; i < count; i++)
		out->paid_of_buyer_fen += is_within(own, &seen[i], window_us) ? seen[i].total_fen : 0;
}

static void count_registrations(const struct risk_day *d, const struct risk_trace *own, const struct risk_seen *seen, int count, struct risk_facts *out)
{
	int64_t window_us = WINDOW_US(d, "R-ID-03"), found[RISK_SEEN_MAX + 1];
	int n = 0;

	if (window_us == 0 || own->registration == 0)
		return;
	found[n++] = own->registration;
	for (int i = 0; i < count && n <= RISK_SEEN_MAX; i++) {
		bool is_new = seen[i].registration != 0 && is_within(own, &seen[i], window_us);

		for (int k = 0; k < n && is_new; k++)
			is_new = found[k] != seen[i].registration;
		if (is_new)
			found[n++] = seen[i].registration;
	}
	out->accounts_of_identity = n;
}

int risk_buyer_window(const struct risk_day *d)
{
	static const char *const rules[] = { "R-ORD-01", "R-ORD-04", "R-ORD-05", "R-ID-03", "R-FX-05" };
	int longest = 0;

	for (size_t i = 0; i < COUNTOF(rules); i++) {
		int window_s = risk_day_window(d, rules[i]);

		longest = window_s > longest ? window_s : longest;
	}
	return longest;
}

void risk_trace_count(const struct risk_day *d, const struct risk_trace *own, const struct risk_seen *seen, int seen_count, struct risk_facts *out)
{
	int64_t window_us = WINDOW_US(d, "R-ORD-01");

	if (own->buyer == 0)
		return;
	out->orders_of_buyer = window_us > 0;
	for (int i = 0; i < seen_count; i++)
		out->orders_of_buyer += is_within(own, &seen[i], window_us);
	count_splits(d, own, seen, seen_count, out);
	count_units(d, own, seen, seen_count, out);
	count_registrations(d, own, seen, seen_count, out);
	count_paid(d, own, seen, seen_count, out);
}
