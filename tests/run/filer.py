"""Filings for tests, demo and measurements: one trade and the filings of all who took part in it.

    trades = Trades(seed)                    # unique keys, the same for the same seed
    trade = trades.make("import", "9610")
    trade.order()                            # data standard v1, as JSON would have it
    trade.payment(amount_paid="1.00")        # any field may be told otherwise; None leaves it out
    revised(trade.payment(), amount_paid=…)  # the same filing, changed
    ceb([trade.order()])                     # the customs message with one node per filing

Everything is made up; identity numbers have birth dates of 1900, so that nobody alive has them. Check digits
are computed here independently of the daemon's own code.
"""
import base64
import copy
import datetime
import json
import random
from xml.sax.saxutils import escape

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
FLOWS = ("order", "payment", "waybill", "inventory")

# --- identifiers ----------------------------------------------------------------------------------------------

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def subject_check(code8):
    """GB 11714: the ninth character of a subject code."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(c, 36) * w for c, w in zip(code8, weights)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def credit_code(region, subject8):
    """GB 32100: an enterprise's code of 18 characters from region (6 digits) and subject code (8)."""
    body = "91" + region + subject8 + subject_check(subject8)
    total = sum(CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + CREDIT_ALPHABET[(31 - total % 31) % 31]


def identity_number(region, born, serial):
    """GB 11643: region (6 digits), birth date (8), serial (3), check character."""
    body = f"{region}{born}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights)) % 11]


def postal_item(service, serial, country="CN"):
    """UPU S10: two letters, eight digits, check digit, country."""
    digits = f"{serial:08d}"
    check = 11 - sum(int(c) * w for c, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7))) % 11
    return f"{service}{digits}{ {10: 0, 11: 5}.get(check, check) }{country}"


COMPANIES = {  # role: (code, name)
    "platform": (credit_code("330100", "MA2T0101"), "之江平台有限公司"),
    "merchant": (credit_code("330100", "MA2T0202"), "西湖电商有限公司"),
    "payment": (credit_code("310000", "MA1T0303"), "浦江支付有限公司"),
    "carrier": (credit_code("320500", "MA1T0404"), "姑苏物流有限公司"),
    "declarant": (credit_code("330100", "MA2T0505"), "钱塘报关有限公司"),
    "zone": (credit_code("330100", "MA2T0606"), "下沙仓储有限公司"),
}
CODES = {role: code for role, (code, _) in COMPANIES.items()}
BUYERS = [(name, identity_number(region, "19000101", serial)) for serial, (name, region) in enumerate((
    ("李小明", "320500"), ("王芳", "330100"), ("张伟", "150100"), ("刘洋", "441800"), ("陈静", "110101"), ("杨磊", "310101")), 1)]

# --- one trade ------------------------------------------------------------------------------------------------

IMPORT_GOODS = (  # item, name, model, unit, quantity, price in fen, origin, HS, legal quantity and unit, second ones
    ("SKU-1", "婴儿奶粉 800克", "800g/罐", "122", 1, 10000, "609", "1901101090", "0.8", "035", None, None),
    ("SKU-2", "洗发水", "500ml/瓶", "142", 2, 1250, "116", "3305100000", "1", "035", "2", "142"),
)
EXPORT_GOODS = (
    ("TEE-1", "T恤", "棉", "011", 3, 850, "502", "6109100010", "3", "011", "0.6", "035"),
    ("BAG-2", "背包", "尼龙", "011", 1, 1999, "502", "4202920000", "1", "011", "0.9", "035"),
)
FREIGHT, TAX, DISCOUNT = 1000, 821, 500  # fen


def money(fen):
    return f"{fen // 100}.{fen % 100:02d}"


def today():
    """The day in China, asked for when it is needed: a run of tests may pass midnight."""
    return datetime.datetime.now(SHANGHAI).date()


def moment(at=None):
    at = at or datetime.datetime.now(SHANGHAI)
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S+08:00")


class Trades:
    """Makes trades that never share a key."""

    def __init__(self, seed, codes=None):
        self.random = random.Random(seed)
        self.codes = dict(CODES, **(codes or {}))
        self.tag = f"{self.random.getrandbits(32):08X}"
        self.count = 0

    def make(self, direction="import", mode="9610", **more):
        self.count += 1
        return Trade(self, self.count, direction, mode, **more)


class Trade:
    def __init__(self, home, number, direction, mode, buyer=None, goods=None, order_no=None, waybill_no=None):
        self.random, self.codes = home.random, home.codes
        self.direction, self.mode = direction, mode
        self.imports, self.bonded = direction == "import", mode in ("1210", "1239")
        self.order_no = order_no or f"TG{home.tag}-{number:06d}"
        self.waybill_no = waybill_no or f"YT{home.tag}{number:06d}"
        self.payment_no = f"PAY{home.tag}{number:06d}"
        self.internal_no = f"INT{home.tag}{number:06d}"
        self.buyer, self.buyer_id = buyer or BUYERS[number % len(BUYERS)]
        self.goods = goods or (IMPORT_GOODS if self.imports else EXPORT_GOODS)
        self.currency = "142" if self.imports else "502"
        self.goods_fen = sum(line[4] * line[5] for line in self.goods)
        self.paid_fen = self.goods_fen + FREIGHT + (TAX - DISCOUNT if self.imports else 0)

    def _company(self, role, name=None):
        name = name or role
        return {f"{name}_code": self.codes[role], f"{name}_name": COMPANIES[role][1]}

    def _head(self, kind):
        digits = f"{self.random.getrandbits(128):032X}"
        guid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        return {"standard": "1", "kind": kind, "direction": self.direction, "guid": guid, "action": "add",
                "sent_at": moment(), "app_status": "2"}

    def _finish(self, filing, changes):
        filing.update(changes)
        return {name: value for name, value in filing.items() if value is not None}

    def _lines(self, inventory):
        lines = []
        for number, (item, name, model, unit, quantity, price, country, hs, q1, u1, q2, u2) in enumerate(self.goods, 1):
            line = {"line_no": number, "item_no": item, "item_name": name}
            if inventory:
                line |= {"hs_code": hs, "goods_name": name, "goods_model": model, "barcode": "无", "country_code": country}
                line |= {"item_record_no": str(number)} if self.bonded else {}
            elif self.imports:
                line |= {"goods_model": model, "country_code": country}
            line |= {"unit": unit, "currency": self.currency, "quantity": str(quantity), "price": money(price),
                     "total_price": money(price * quantity)}
            if inventory:
                line |= {"quantity_1": q1, "unit_1": u1}
                line |= {"quantity_2": q2, "unit_2": u2} if q2 else {}
            lines.append(line)
        return lines

    def _buyer(self):
        return {"buyer_name": self.buyer, "buyer_telephone": "13800000000", "buyer_id_type": "1",
                "buyer_id_number": self.buyer_id}

    def _address(self):
        return {"consignee_address": "江苏省苏州市姑苏区人民路1号"}

    def order(self, **changes):
        f = self._head("order") | {"order_type": "I" if self.imports else "E", "order_no": self.order_no}
        f |= self._company("platform") | self._company("merchant")
        f |= {"goods_value": money(self.goods_fen), "freight": money(FREIGHT)}
        if self.imports:
            f |= {"discount": money(DISCOUNT), "tax_total": money(TAX), "actual_paid": money(self.paid_fen)}
        f |= {"currency": self.currency}
        if self.imports:
            f |= {"buyer_reg_no": "buyer-1"} | self._buyer() | self._company("payment", "payment_company")
            f |= {"payment_no": self.payment_no, "consignee": self.buyer, "consignee_telephone": "13800000000"}
            f |= self._address()
        return self._finish(f | {"lines": self._lines(False)}, changes)

    def payment(self, **changes):
        f = self._head("payment")
        if self.imports:
            f |= self._company("payment", "payment_company") | {"payment_no": self.payment_no, "order_no": self.order_no}
            f |= self._company("platform")
            f |= {"payer_id_type": "1", "payer_id_number": self.buyer_id, "payer_name": self.buyer,
                  "amount_paid": money(self.paid_fen), "currency": self.currency, "paid_at": moment()}
        else:
            f |= self._company("platform") | self._company("merchant") | {"order_no": self.order_no}
            f |= self._company("payment", "payment_company")
            f |= {"payment_no": self.payment_no, "amount_received": money(self.paid_fen), "currency": self.currency,
                  "credited_at": moment()}
        return self._finish(f, changes)

    def waybill(self, **changes):
        f = self._head("waybill") | self._company("carrier") | {"waybill_no": self.waybill_no}
        f |= {"order_no": self.order_no} if self.imports else {}
        f |= {"freight": money(FREIGHT), "insured_fee": "0", "currency": self.currency, "gross_weight": "2.3",
              "pack_count": 1, "goods_info": "日用品"}
        if self.imports:
            f |= {"consignee": self.buyer} | self._address() | {"consignee_telephone": "13800000000"}
        return self._finish(f, changes)

    def waybill_status(self, **changes):
        f = self._head("waybill_status") | self._company("carrier") | {"waybill_no": self.waybill_no}
        return self._finish(f | {"waybill_status": "S", "waybill_status_at": moment()}, changes)

    def inventory(self, **changes):
        f = self._head("inventory") | self._company("platform") | {"order_no": self.order_no}
        f |= self._company("carrier") | {"waybill_no": self.waybill_no, "internal_no": self.internal_no}
        f |= self._company("declarant") | self._company("merchant")
        f |= {"customs_code": "2928", "port_code": "2916", "trade_mode": self.mode, "transport_mode": "5"}
        f |= {"book_no": "H29010000001"} | self._company("zone", "zone_company") if self.bonded else {}
        if self.imports:
            f |= {"guarantor_code": self.codes["merchant"], "ie_flag": "I", "declared_on": moment()[:10]}
            f |= self._buyer() | self._address() | {"country_code": "609"}
            f |= {} if self.bonded else {"vehicle_no": "CA1234", "voyage_no": "CA1234", "bill_no": "99912345675"}
        else:
            f |= {"ie_flag": "E", "ie_date": moment()[:10], "statistics_flag": "B", "producer_code": "NO",
                  "producer_name": "义乌制造有限公司", "country_code": "502", "destination_port": "502",
                  "freight_currency": "502", "freight_flag": "3", "insurance_currency": "502", "insurance_flag": "3",
                  "wrap_type": "2"}
        f |= {"freight": money(FREIGHT), "insured_fee": "0", "pack_count": 1, "gross_weight": "2.3", "net_weight": "2.1"}
        f |= {"currency": self.currency} if self.imports else {}
        return self._finish(f | {"lines": self._lines(True)}, changes)

    def cancellation(self, pre_entry_no=None, **changes):
        """Asks customs to cancel the inventory; of an export: that with our pre-entry number."""
        f = self._head("cancellation") | {"customs_code": "2928", "internal_no": self.internal_no, "inventory_no": f"I{self.order_no[2:]}"}
        f |= self._company("declarant") | self._company("merchant") | {"reason": "买家取消订单"}
        if self.imports:
            f |= {"order_no": self.order_no, "waybill_no": self.waybill_no} | self._company("platform") | self._company("carrier") | self._buyer()
        return self._finish(f | {"pre_entry_no": pre_entry_no}, changes)

    def sent_back(self, quantities, number=1, **changes):
        """Asks for the return of imported goods; quantities: {line: how many}; number: which of several returns."""
        inventory = self.inventory()
        f = self._head("return") | {"customs_code": "2928", "order_no": self.order_no, "waybill_no": self.waybill_no, "internal_no": f"{self.internal_no[-16:]}-{number}"}
        f |= self._company("platform") | self._company("merchant") | self._company("carrier") | self._company("declarant") | self._buyer()
        f |= {"inventory_no": f"I{self.order_no[2:]}", "reason": "七天无理由退货"}
        lines = [{k: inventory["lines"][n - 1][k] for k in ("line_no", "hs_code", "goods_name", "unit")} | {"quantity": q} for n, q in quantities.items()]
        return self._finish(f | {"lines": lines}, changes)

    def filing(self, kind, **changes):
        return getattr(self, kind)(**changes)

    def filings(self, order=FLOWS):
        return [self.filing(kind) for kind in order]


def revised(filing, action="change", **changes):
    """The next revision of a filing: the same key, another guid and time of sending."""
    out = copy.deepcopy(filing) | {"action": action, "sent_at": moment(), "guid": filing["guid"][::-1]} | changes
    return {name: value for name, value in out.items() if value is not None}


def as_json(filing):
    return json.dumps(filing, ensure_ascii=False).encode()


# --- customs messages -----------------------------------------------------------------------------------------

NAMESPACE = "http://www.chinaport.gov.cn/ceb"
MESSAGES = {  # number, node, head, list of lines
    ("import", "order"): (311, "Order", "OrderHead", "OrderList"),
    ("import", "payment"): (411, "Payment", "PaymentHead", None),
    ("import", "waybill"): (511, "Logistics", "LogisticsHead", None),
    ("import", "waybill_status"): (513, "LogisticsStatus", None, None),
    ("import", "inventory"): (621, "Inventory", "InventoryHead", "InventoryList"),
    ("export", "order"): (303, "Order", "OrderHead", "OrderList"),
    ("export", "payment"): (403, "Receipts", None, None),
    ("export", "waybill"): (505, "Logistics", None, None),
    ("export", "inventory"): (603, "Inventory", "InventoryHead", "InventoryList"),
}
ELEMENTS = dict(pair.split("=") for pair in """
guid=guid action=appType sent_at=appTime app_status=appStatus order_type=orderType order_no=orderNo
platform_code=ebpCode platform_name=ebpName merchant_code=ebcCode merchant_name=ebcName goods_value=goodsValue
freight=freight discount=discount tax_total=taxTotal actual_paid=acturalPaid currency=currency
buyer_reg_no=buyerRegNo buyer_name=buyerName buyer_telephone=buyerTelephone buyer_id_type=buyerIdType
buyer_id_number=buyerIdNumber payment_company_code=payCode payment_company_name=payName payment_no=payTransactionId
consignee=consignee consignee_telephone=consigneeTelephone consignee_address=consigneeAddress
consignee_district=consigneeDistrict note=note line_no=gnum item_no=itemNo item_name=itemName goods_model=gmodel
barcode=barCode unit=unit quantity=qty price=price total_price=totalPrice country_code=country
payer_id_type=payerIdType payer_id_number=payerIdNumber payer_name=payerName payer_telephone=telephone
amount_paid=amountPaid paid_at=payTime carrier_code=logisticsCode carrier_name=logisticsName waybill_no=logisticsNo
bill_no=billNo insured_fee=insuredFee gross_weight=grossWeight pack_count=packNo goods_info=goodsInfo
internal_no=copNo pre_entry_no=preNo guarantor_code=assureCode book_no=emsNo ie_flag=ieFlag declared_on=declTime
customs_code=customsCode port_code=portCode ie_date=ieDate declarant_code=agentCode declarant_name=agentName
zone_company_code=areaCode zone_company_name=areaName trade_mode=tradeMode transport_mode=trafMode vehicle_no=trafNo
voyage_no=voyageNo license_no=licenseNo wrap_type=wrapType net_weight=netWeight item_record_no=itemRecordNo
hs_code=gcode goods_name=gname quantity_1=qty1 unit_1=unit1 quantity_2=qty2 unit_2=unit2
waybill_status=logisticsStatus waybill_status_at=logisticsTime amount_received=charge credited_at=accountingDate
statistics_flag=statisticsFlag producer_code=ownerCode producer_name=ownerName destination_port=POD
freight_currency=fCurrency freight_flag=fFlag insurance_currency=iCurrency insurance_flag=iFlag
""".split())
OTHERWISE = {(511, "gross_weight"): "weight", (403, "payment_no"): "payNo", (603, "zone_company_code"): "iacCode",
             (603, "zone_company_name"): "iacName"}
TIMES = {"sent_at", "paid_at", "credited_at", "waybill_status_at"}
DATES = {"declared_on", "ie_date"}


def element(number, name):
    return OTHERWISE.get((number, name)) or ELEMENTS.get(name, name)


def _value(name, value):
    value = str(value)
    if name == "action":
        return {"add": "1", "change": "2", "delete": "3"}.get(value, value)
    if name in TIMES and value[10:11] == "T":
        return "".join(c for c in value[:19] if c.isdigit())
    return value.replace("-", "") if name in DATES else value


def ceb(filings, prefix="ceb:", namespace=NAMESPACE, declaration=True, bom=False, indent=False):
    """One customs message with a node for each filing; all must be of one kind and direction."""
    number, node, head, row = MESSAGES[filings[0]["direction"], filings[0]["kind"]]
    end = "\r\n" if indent else ""
    xmlns = f' xmlns:{prefix[:-1]}="{namespace}"' if prefix and namespace else f' xmlns="{namespace}"' if namespace else ""
    out = ['<?xml version="1.0" encoding="UTF-8"?>' + end] if declaration else []

    def put(name, value):
        out.append(f"<{prefix}{name}/>" if value == "" else f"<{prefix}{name}>{escape(value)}</{prefix}{name}>")
        out.append(end)

    def fields(filing):
        for name, value in filing.items():
            if name not in ("standard", "kind", "direction", "lines"):
                put(element(number, name), _value(name, value))

    out.append(f'<{prefix}CEB{number}Message{xmlns} guid="{filings[0]["guid"]}" version="1.0">{end}')
    for filing in filings:
        out.append(f"<{prefix}{node}>{end}" + (f"<{prefix}{head}>{end}" if head else ""))
        fields(filing)
        out.append(f"</{prefix}{head}>{end}" if head else "")
        for line in filing.get("lines", ()):
            out.append(f"<{prefix}{row}>{end}")
            fields(line)
            out.append(f"</{prefix}{row}>{end}")
        out.append(f"</{prefix}{node}>{end}")
    out.append(f"<{prefix}BaseTransfer>{end}")
    for name, value in (("copCode", CODES["declarant"]), ("copName", COMPANIES["declarant"][1]), ("dxpMode", "DXP"),
                        ("dxpId", "DXPENT0000000001")):
        put(name, value)
    out.append(f"</{prefix}BaseTransfer>{end}</{prefix}CEB{number}Message>{end}")
    return ("\ufeff" if bom else "").encode() + "".join(out).encode()


# --- what they travel in --------------------------------------------------------------------------------------

DXP_NAMESPACE = "http://www.chinaport.gov.cn/dxp"


def dxp(content, message_id, kind, sender="DXPENT0000000001", receiver="DXPEDCCEB0000002", transport=False):
    """The exchange's DxpMsg round a customs message; transport: inside a DxpMsgSv."""
    ns = f' xmlns:dxp="{DXP_NAMESPACE}"'
    head = (f"<dxp:CopMsgId>{escape(message_id)}</dxp:CopMsgId><dxp:SenderId>{sender}</dxp:SenderId><dxp:ReceiverIds><dxp:ReceiverId>"
            f"{receiver}</dxp:ReceiverId></dxp:ReceiverIds><dxp:CreatTime>{moment()[:19]}</dxp:CreatTime><dxp:MsgType>{kind}</dxp:MsgType>")
    data = base64.encodebytes(content).decode()
    out = f'<dxp:DxpMsg{ns} ver="1.0"><dxp:TransInfo>{head}</dxp:TransInfo><dxp:Data>{data}</dxp:Data></dxp:DxpMsg>'
    return (f"<dxp:DxpMsgSv{ns}><dxp:SvNo><dxp:MsgId>1</dxp:MsgId></dxp:SvNo>{out}</dxp:DxpMsgSv>" if transport else out).encode()


def relay(content, message_id, kind, sender="DXPENT0000000001", receiver="DXPEDCCEB0000002"):
    """The relays' JSON form round a customs message."""
    head = {"MessageId": message_id, "MessageType": f"{kind}.xml", "SenderID": sender, "ReceiverID": receiver, "SendTime": moment()[:19],
            "Version": "1.0"}
    return {"Message": {"MessageHead": head, "MessageBody": {"data": base64.b64encode(content).decode()}}}
