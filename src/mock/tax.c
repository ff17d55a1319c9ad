#include "mock/tax.h"

#include "standard/reader.h"

enum { E5_PER_FEN = 1000, BP = 10000 };

struct amounts { /* in fen */
	int64_t value, vat, ct;
};

/* n / d, half up; both above 0. */
static int64_t rounded(__int128 n, int64_t d)
{
	return (int64_t)((n + d / 2) / d);
}

static int64_t fen(struct decimal d)
{
	return rounded(d.e5, E5_PER_FEN);
}

static struct decimal of_fen(int64_t n)
{
	return (struct decimal){ (__int128)n * E5_PER_FEN };
}

static struct tax_rate rate_of(const struct tax_rates *rates, struct text hs)
{
	struct tax_rate found = { .hs = { NULL, 0 } };

	for (int i = 0; i < rates->count; i++) {
		const struct tax_rate *r = &rates->list[i];

		if (r->hs.len <= hs.len && memcmp(r->hs.at, hs.at, r->hs.len) == 0 && (found.hs.at == NULL || r->hs.len > found.hs.len))
			found = *r;
	}
	return found;
}

static void charge(struct amounts *line, const struct tax_rates *rates, struct text hs)
{
	struct tax_rate rate = rate_of(rates, hs);
	int64_t divisor = (int64_t)(BP - rate.ct_bp) * 100;

	line->ct = rounded((__int128)line->value * rate.ct_bp * rates->share_percent, divisor);
	line->vat = rounded((__int128)line->value * rate.vat_bp * rates->share_percent, divisor);
}

static void put_fen(struct buf *b, const char *name, int64_t n)
{
	buf_printf(b, ",\"%s\":\"", name);
	decimal_put(b, of_fen(n));
	buf_char(b, '"');
}

static void put_amounts(struct buf *b, const struct amounts *x)
{
	put_fen(b, "customs_duty", 0);
	put_fen(b, "value_added_tax", x->vat);
	put_fen(b, "consumption_tax", x->ct);
}

static void put_line(struct buf *b, const struct document *d, int i, const struct amounts *x)
{
	buf_str(b, i == 0 ? "{\"line_no\":" : ",{\"line_no\":");
	buf_json(b, document_line_get(d, i, F_LINE_NO));
	buf_str(b, ",\"hs_code\":");
	buf_json(b, document_line_get(d, i, F_HS_CODE));
	put_fen(b, "dutiable_value", x->value);
	put_amounts(b, x);
	buf_char(b, '}');
}

/* The lines' prices in fen, and their sum; NULL with *f: one has none. */
static int64_t *prices(struct arena *a, const struct document *d, int64_t *total, struct fault *f)
{
	int64_t *list = arena_alloc(a, sizeof(*list) * (size_t)d->line_count);

	*total = 0;
	for (int i = 0; list != NULL && i < d->line_count; i++) {
		struct decimal price;

		if (!document_line_decimal(d, i, F_TOTAL_PRICE, &price) || price.e5 < 0) {
			(void)fault_set(f, FAULT_BAD_REQUEST, "line %d has no price", i + 1);
			return NULL;
		}
		list[i] = fen(price);
		*total += list[i];
	}
	return list;
}

static int64_t fee(const struct document *d, enum field f)
{
	struct decimal amount;

	return document_decimal(d, f, &amount) && amount.e5 > 0 ? fen(amount) : 0;
}

static bool put_bill(struct buf *b, const struct document *d, const struct tax_rates *rates, struct fault *f)
{
	int64_t extra = fee(d, F_FREIGHT) + fee(d, F_INSURED_FEE), left = extra, total, *price = prices(b->arena, d, &total, f);
	struct amounts sum = { 0 };

	if (price == NULL)
		return fault_set(f, FAULT_BUSY, "no memory for a tax bill");
	buf_str(b, "{\"lines\":[");
	for (int i = 0; i < d->line_count; i++) {
		int64_t share = i == d->line_count - 1 ? left : total == 0 ? 0 : rounded((__int128)extra * price[i], total);
		struct amounts line = { .value = price[i] + share };

		left -= share;
		charge(&line, rates, document_line_get(d, i, F_HS_CODE));
		put_line(b, d, i, &line);
		sum.vat += line.vat;
		sum.ct += line.ct;
	}
	buf_char(b, ']');
	put_amounts(b, &sum);
	buf_char(b, '}');
	return !b->full || fault_set(f, FAULT_BUSY, "no memory for a tax bill");
}

bool tax_bill(struct arena *a, struct text message, const struct tax_rates *rates, struct text *out, struct fault *f)
{
	struct message read;
	const struct document *d;
	struct buf b;

	if (!message_read_ceb(a, message, READ_LENIENT, &read, f))
		return false;
	d = read.node_count == 0 ? NULL : read.nodes[0].doc;
	if (d == NULL || d->def->kind != DOC_INVENTORY || d->def->direction != DIR_IMPORT || d->line_count == 0)
		return fault_set(f, FAULT_BAD_REQUEST, "no inventory of imported goods");
	buf_init(&b, a, 1024);
	if (!put_bill(&b, d, rates, f))
		return false;
	*out = buf_as_text(&b);
	return true;
}
