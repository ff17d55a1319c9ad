/* Codes and names of the departments. */
#include "model/authority.h"

#include <stddef.h>

static const struct {
	const char *code, *en, *zh;
} authorities[AUTHORITY_COUNT] = {
	[AUTHORITY_CUS] = { "CUS", "Customs", "海关" },
	[AUTHORITY_CIQ] = { "CIQ", "Inspection and quarantine", "检验检疫" },
	[AUTHORITY_TAX] = { "TAX", "Tax service", "税务" },
	[AUTHORITY_FX] = { "FX", "Foreign exchange administration", "外汇管理" },
	[AUTHORITY_POST] = { "POST", "Postal administration", "邮政管理" },
	[AUTHORITY_POL] = { "POL", "Police", "公安" },
	[AUTHORITY_SAMR] = { "SAMR", "Market regulation", "市场监督管理" },
	[AUTHORITY_COM] = { "COM", "Commerce", "商务" },
	[AUTHORITY_NMPA] = { "NMPA", "Medical products administration", "药品监督管理" },
	[AUTHORITY_ECO] = { "ECO", "Economy and information technology", "经济和信息化" },
	[AUTHORITY_FIN] = { "FIN", "Financial regulation", "金融监管" },
	[AUTHORITY_STAT] = { "STAT", "Statistics", "统计" },
};

const char *authority_code(enum authority a)
{
	return authorities[a].code;
}

const char *authority_title(enum authority a, bool chinese)
{
	return chinese ? authorities[a].zh : authorities[a].en;
}

bool authority_by_code(struct text code, enum authority *out)
{
	for (int a = 0; a < AUTHORITY_COUNT; a++) {
		if (text_is(code, authorities[a].code)) {
			*out = (enum authority)a;
			return true;
		}
	}
	return false;
}
