/* What steps, roles and waiting are called, in two languages. */
#include "model/steps.h"

struct title {
	const char *name, *en, *zh;
};

static const struct title kinds[] = {
	{ "order", "order", "订单" },
	{ "payment", "payment", "支付凭证" },
	{ "waybill", "waybill", "运单" },
	{ "inventory", "inventory", "清单" },
	{ "waybill_status", "waybill status", "运单状态" },
	{ "arrival", "arrival at the supervised place", "运抵单" },
	{ "departure", "departure", "离境单" },
	{ "manifest", "master list of inventories", "清单总分单" },
	{ "summary", "application for a summary declaration", "汇总申请单" },
	{ "warehouse_in", "warehouse-in list", "入库明细单" },
	{ "cancellation", "cancellation", "撤销申请单" },
	{ "return", "application for a return", "退货申请单" },
	{ "tally", "tally of returned goods", "退运理货明细单" },
};

static const struct title roles[] = {
	{ "platform", "the platform", "电商平台" },
	{ "merchant", "the e-commerce company", "电商企业" },
	{ "payment_company", "the payment company", "支付企业" },
	{ "carrier", "the carrier", "物流企业" },
	{ "declarant", "the declaring company", "申报企业" },
	{ "zone_company", "the company in the zone", "区内企业" },
	{ "place_operator", "the operator of the supervised place", "监管场所经营人" },
	{ "authority", "the authority", "主管部门" },
};

static struct text title_of(const struct title *titles, size_t count, struct text name, bool chinese)
{
	for (size_t i = 0; i < count; i++)
		if (text_is(name, titles[i].name))
			return text_of(chinese ? titles[i].zh : titles[i].en);
	return name;
}

struct text step_kind_title(struct text kind, bool chinese)
{
	return title_of(kinds, COUNTOF(kinds), kind, chinese);
}

struct text step_role_title(struct text role, bool chinese)
{
	return title_of(roles, COUNTOF(roles), role, chinese);
}

/* "the payment company 9115… (its name)" */
static void put_role(struct buf *b, const struct steps_case *c, struct text role, bool chinese)
{
	const struct step_party *party = step_party_of(c, role);

	buf_text(b, step_role_title(role, chinese));
	if (party == NULL)
		return;
	buf_str(b, chinese ? "（" : " ");
	buf_text(b, party->code);
	if (party->name.len > 0) {
		buf_str(b, chinese ? " " : " (");
		buf_text(b, party->name);
		buf_str(b, chinese ? "" : ")");
	}
	buf_str(b, chinese ? "）" : "");
}

static void put_roles(struct buf *b, const struct steps_case *c, const struct regime_step *s, bool chinese)
{
	struct text role;

	for (int n = 0; step_role(s, n, &role); n++) {
		buf_str(b, n == 0 ? "" : chinese ? "或" : " or ");
		put_role(b, c, role, chinese);
	}
}

static void put_filing(struct buf *b, const struct steps_case *c, const struct step_report *r, bool chinese)
{
	struct text kind = step_kind_title(r->step->kind, chinese);

	if (chinese) {
		put_roles(b, c, r->step, true);
		buf_str(b, r->to_correct ? "更正" : "报送");
		buf_text(b, kind);
		return;
	}
	buf_str(b, r->to_correct ? "a correction of the " : "the ");
	buf_text(b, kind);
	buf_str(b, " from ");
	put_roles(b, c, r->step, false);
}

static const char *movement(enum part_outcome o, bool chinese)
{
	switch (o) {
	case OUTCOME_REVIEW:
		return chinese ? "（人工审核）" : " (under review)";
	case OUTCOME_INSPECT:
		return chinese ? "（查验）" : " (inspection)";
	case OUTCOME_HELD:
		return chinese ? "（扣留或挂起）" : " (held)";
	default:
		return "";
	}
}

static void put_authority(struct buf *b, const struct steps_case *c, const struct step_report *r, bool chinese)
{
	const char *title = authority_title(r->step->authority, chinese);

	if (r->progress == PROGRESS_REFUSED) {
		buf_printf(b, chinese ? "%s退单后由" : "a correction, refused by %s, from ", title);
		put_role(b, c, TEXT("declarant"), chinese);
		buf_str(b, chinese ? "更正" : "");
	} else if (r->part != NULL && r->part->state == DELIVERY_DEAD) {
		buf_printf(b, chinese ? "运维人员处理：向%s的发送已停止" : "an operator: the delivery to %s was given up", title);
	} else {
		buf_printf(b, chinese ? "%s放行%s" : "the clearance by %s%s", title, movement(r->part == NULL ? OUTCOME_NONE : r->part->outcome, chinese));
	}
}

void steps_put_sentence(struct buf *b, const struct steps_case *c, const struct step_report *steps, int count, bool chinese)
{
	bool first = true;

	for (int i = 0; i < count; i++) {
		if (!steps[i].is_next)
			continue;
		buf_str(b, first ? (chinese ? "等待" : "Waits for ") : (chinese ? "；等待" : "; for "));
		first = false;
		if (steps[i].step->kind.at != NULL)
			put_filing(b, c, &steps[i], chinese);
		else
			put_authority(b, c, &steps[i], chinese);
	}
	if (first && c->state == STATE_WITHDRAWN)
		buf_str(b, chinese ? "已撤销，无需等待" : "Withdrawn: nothing is waited for");
	else if (first && c->state == STATE_WITHDRAWING)
		buf_str(b, chinese ? "等待海关审核撤销申请" : "Waits for customs, which is asked to cancel it");
	else if (first)
		buf_str(b, chinese ? "所需步骤均已完成" : "All that is needed has been done");
	buf_str(b, chinese ? "。" : ".");
}
