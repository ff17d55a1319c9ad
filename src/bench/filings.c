/*
 * What the four parties of a trade send: import, direct purchase (9610), two lines, as the data standard has it.
 *
 * Companies are the same in every trade; their credit codes have right check characters. Everything that two of the
 * filings must say alike is the same place in both.
 */
#include <string.h>

#include "bench/bench.h"

#define OPEN(kind)  "{'standard':'1','kind':'" kind "','direction':'import','guid':'<guid>','action':'add','sent_at':'<sent_at>','app_status':'2'"
#define PLATFORM    ",'platform_code':'91320500MA1T00013G','platform_name':'姑苏跨境购平台有限公司'"
#define MERCHANT    ",'merchant_code':'91330100MA2T000237','merchant_name':'钱塘国际贸易有限公司'"
#define PAYER       ",'payment_company_code':'91350100M000100Y43','payment_company_name':'闽江支付科技有限公司','payment_no':'<payment_no>'"
#define CARRIER     ",'carrier_code':'91150100MA0T000386','carrier_name':'青城国际物流有限公司','waybill_no':'<waybill_no>'"
#define DECLARANT   ",'declarant_code':'91441800MA5T00045D','declarant_name':'北江报关服务有限公司'"
#define ORDER_NO    ",'order_no':'<order_no>'"
#define BUYER       ",'buyer_id_type':'1','buyer_id_number':'<buyer_number>','buyer_name':'<buyer>','buyer_telephone':'<telephone>'"
#define ADDRESS     ",'consignee_address':'江苏省苏州市姑苏区人民路<house>号<room>室'"
#define CONSIGNEE   ",'consignee':'<buyer>','consignee_telephone':'<telephone>'" ADDRESS
#define LINE_1      "'line_no':1,'item_no':'SKU-609-0800','item_name':'婴儿配方奶粉 2段 800克','goods_model':'800g/罐','unit':'122','quantity':'1'" \
                    ",'price':'<price_1>','total_price':'<price_1>','currency':'142','country_code':'609'"
#define LINE_2      "'line_no':2,'item_no':'SKU-116-0500','item_name':'氨基酸洗发水 500毫升','goods_model':'500ml/瓶','unit':'142','quantity':'2'" \
                    ",'price':'<price_2>','total_price':'<total_2>','currency':'142','country_code':'116'"

static const char *const patterns[4] = {
	[DOC_ORDER] =
	OPEN("order") ",'order_type':'I'" ORDER_NO PLATFORM MERCHANT ",'goods_value':'<goods>','freight':'<freight>','discount':'<discount>'"
	",'tax_total':'<tax>','actual_paid':'<paid>','currency':'142','buyer_reg_no':'u-<telephone>'" BUYER PAYER CONSIGNEE
	",'consignee_district':'320508','lines':[{" LINE_1 "},{" LINE_2 "}]}",

	[DOC_PAYMENT] =
	OPEN("payment") PAYER ORDER_NO PLATFORM ",'payer_id_type':'1','payer_id_number':'<buyer_number>','payer_name':'<buyer>'"
	",'payer_telephone':'<telephone>','amount_paid':'<paid>','currency':'142','paid_at':'<sent_at>'}",

	[DOC_WAYBILL] =
	OPEN("waybill") CARRIER ",'bill_no':'99912345675'" ORDER_NO ",'freight':'<freight>','insured_fee':'0','currency':'142','gross_weight':'2.3'"
	",'pack_count':1,'goods_info':'奶粉、洗发水'" CONSIGNEE "}",

	[DOC_INVENTORY] =
	OPEN("inventory") ORDER_NO PLATFORM MERCHANT CARRIER ",'internal_no':'<order_no>','guarantor_code':'91330100MA2T000237','ie_flag':'I'"
	",'declared_on':'<day>','customs_code':'2303','port_code':'2303','ie_date':'<day>'" BUYER ADDRESS DECLARANT
	",'trade_mode':'9610','transport_mode':'5','vehicle_no':'CA1044','voyage_no':'CA1044','bill_no':'99912345675','country_code':'609'"
	",'freight':'<freight>','insured_fee':'0','currency':'142','wrap_type':'2','pack_count':1,'gross_weight':'2.3','net_weight':'1.9'"
	",'lines':[{" LINE_1 ",'hs_code':'1901101090','goods_name':'婴儿配方奶粉','quantity_1':'0.8','unit_1':'035'}"
	",{" LINE_2 ",'hs_code':'3305100000','goods_name':'洗发水','quantity_1':'1','unit_1':'035','quantity_2':'2','unit_2':'142'}]}",
};

bool filings_init(struct filings *f, struct arena *a, uint64_t seed, struct text run)
{
	*f = (struct filings){ .arena = a };
	if (!trader_init(&f->trader, seed, run))
		return false;
	for (int kind = 0; kind < 4; kind++) {
		if (!template_init(&f->of[kind], a, patterns[kind]))
			return false;
	}
	return true;
}

bool filings_for_http(struct filings *f, const char *host, const char *path, const char *const tokens[4])
{
	for (int kind = 0; kind < 4; kind++) {
		struct template *t = &f->of[kind];
		struct buf b;

		buf_init(&b, f->arena, 512);
		buf_printf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n", path, host, t->len);
		if (tokens[kind] != NULL)
			buf_printf(&b, "Authorization: Bearer %s\r\n", tokens[kind]);
		buf_str(&b, "\r\n");
		if (b.full || !template_prefix(t, f->arena, buf_as_text(&b)))
			return false;
	}
	return true;
}

/* Unlike every other one: the trade's number and kind are in it. */
static void make_guid(char out[36], const struct trader *r, uint64_t n, enum doc_kind kind)
{
	static const char hex[] = "0123456789ABCDEF";
	uint64_t high = r->run_hash, low = (n << 2 | (uint64_t)kind) * UINT64_C(0xd1342543de82ef95);

	for (int i = 0; i < 36; i++) {
		uint64_t *from = i < 18 ? &high : &low;

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			out[i] = '-';
			continue;
		}
		out[i] = hex[*from >> 60];
		*from <<= 4;
	}
}

struct text filings_make(struct filings *f, uint64_t n, enum doc_kind kind)
{
	struct template *t = &f->of[kind];
	struct trade trade;
	char guid[36];

	trade_make(&trade, &f->trader, n);
	make_guid(guid, &f->trader, n, kind);
	template_fill(t, &trade, guid);
	return (struct text){ t->bytes, t->len };
}
