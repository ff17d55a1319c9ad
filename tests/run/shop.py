"""A merchant of its own whose goods are recalled or complained about, and what departments do about them."""
import datetime

import filer
from filer import CODES, Trades, credit_code
from stack import wait_for
from support import accept, file_all, problem, settled

ITEM = "SKU-1"  # the first line of every import trade


def today(back=0):
    return (filer.today() - datetime.timedelta(days=back)).isoformat()


class Shop:
    """A merchant of its own with its trades; others are the platform, the carrier and so on."""
    def __init__(self, stack, trades, name="甲"):
        self.stack = stack
        self.code = credit_code("330100", f"M{'甲乙'.index(name) + 5}{int(trades.tag, 16) % 10 ** 6:06d}")
        stack.register([(self.code, f"{name}电商有限公司", ["merchant"])], [(self.code, CODES["declarant"])])
        self.api = stack.client(f"shop {name} {trades.tag}", "enterprise", "--codes", self.code)
        self.trades = Trades(f"shop {name} {trades.tag}", codes={"merchant": self.code})
        wait_for(lambda: self.order(self.trades.make(), dry_run=True).status == 200, "the shop may file")
        wait_for(lambda: stack.enterprise.post("/v1/filings?dry_run=true", self.trades.make().inventory()).status == 200, "its declarant may, too")

    def order(self, trade, dry_run=False, **more):
        return self.api.post("/v1/filings" + "?dry_run=true" * dry_run, trade.order(**more))

    def released(self, **more):
        t = self.trades.make()
        accept(self.order(t, **more))
        file_all(self.stack.enterprise, t.filings(("payment", "waybill", "inventory")))
        return settled(self.stack, t)["id"]

    def goods(self, **more):
        return {"enterprise": self.code, "item_no": ITEM} | more

    def refused(self):
        """The errors of a new order, once it is refused."""
        reply = wait_for(lambda: next((r for r in [self.order(self.trades.make(), dry_run=True)] if r.status == 422), None), "the goods are frozen")
        return problem(reply, 422, "rule-broken")["errors"]

    def is_free(self):
        wait_for(lambda: self.order(self.trades.make(), dry_run=True).status == 200, "the goods are free")


def recall(api, shop, status=201, **more):
    body = shop.goods(source="市场监管总局", decision_no="召回-1", reason="检出超标") | more
    return accept(api.post("/v1/quality/recalls", body), status).json


def end(api, made, status=200, **more):
    return accept(api.post(f"/v1/quality/recalls/{made['id']}/end", {"carried_out": True, "decision_no": "结案-1", "reason": "已召回"} | more), status).json


def cases(api, shop):
    return [c for c in api.pages(f"/v1/cases?enterprise={shop.code}")]
