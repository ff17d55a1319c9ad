/* The code lists by name, and what they are called. */
#include "model/field.h"

static const struct { const char *name, *zh, *en; } lists[CODE_LIST_COUNT] = {
	[CODES_NONE] = { "none", "无", "None" },
	[CODES_CURRENCY] = { "currency", "币制", "Currencies" },
	[CODES_COUNTRY] = { "country", "国家（地区）", "Countries and regions" },
	[CODES_UNIT] = { "unit", "计量单位", "Units of measure" },
	[CODES_CUSTOMS] = { "customs", "关区", "Customs offices" },
	[CODES_PORT] = { "port", "口岸", "Ports" },
	[CODES_TRADE_MODE] = { "trade_mode", "监管方式", "Modes of trade under supervision" },
	[CODES_TRANSPORT] = { "transport", "运输方式", "Modes of transport" },
	[CODES_WRAP] = { "wrap", "包装种类", "Packings" },
	[CODES_DIVISION] = { "division", "行政区划", "Administrative divisions" },
	[CODES_WRAP_CIQ] = { "wrap_ciq", "包装种类（检验检疫）", "Packings of the inspection service" },
	[CODES_SUPERVISED_PLACE] = { "supervised_place", "监管场所", "Places under supervision" },
	[CODES_CUSTOMS_PLACE] = { "customs_place", "作业场所", "Places where customs works" },
	[CODES_TRANSACTION_MODE] = { "transaction_mode", "成交方式", "Modes of transaction" },
	[CODES_EXEMPTION_MODE] = { "exemption_mode", "征减免税方式", "Modes of levy and exemption" },
	[CODES_USE] = { "use", "用途", "Uses" },
	[CODES_RETURN_STATUS] = { "return_status", "回执状态", "States in customs receipts" },
	[CODES_REJECT] = { "reject", "海关回执代码", "Codes in the text of customs receipts" },
	[CODES_ERROR] = { "error", "处理异常代码", "Errors in customs receipts" },
	[CODES_HS] = { "hs", "商品编码", "Commodity codes" },
};

const char *code_list_name(enum code_list l)
{
	return lists[l].name;
}

const char *code_list_title(enum code_list l, bool chinese)
{
	return chinese ? lists[l].zh : lists[l].en;
}

bool code_list_is_kept(enum code_list l)
{
	return l != CODES_NONE && l != CODES_HS;
}

bool code_list_by_name(struct text name, enum code_list *out)
{
	for (int l = 0; l < CODE_LIST_COUNT; l++) {
		if (!code_list_is_kept((enum code_list)l) || !text_is(name, lists[l].name))
			continue;
		*out = (enum code_list)l;
		return true;
	}
	return false;
}
