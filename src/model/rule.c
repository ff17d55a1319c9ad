/*
 * The words of the rules: what is wrong and what to do, in two languages, one row a rule.
 *
 * The customs code is that of the receipt that says the nearest thing, so that software written for
 * customs' answers understands ours; 0 where each message has its own code for a failed check.
 */
#include "model/rule.h"

static const struct {
	const char *detail, *detail_zh;
	const char *remedy, *remedy_zh;
	int customs_code;
} words[RULE_COUNT] = {
	/* fields */
	[RULE_REQUIRED] = {
		"A mandatory field is missing or empty.", "必填项缺失或为空。",
		"Fill in the field and send the filing again.", "请填写该字段后重新申报。", 0 },
	[RULE_UNKNOWN_FIELD] = {
		"The data standard has no such field here.", "数据标准在此处没有该字段。",
		"Leave the field out or correct its name.", "请删除该字段或更正字段名称。", 0 },
	[RULE_DUPLICATE_FIELD] = {
		"The field is given more than once.", "同一字段出现多次。",
		"Give each field once.", "每个字段只能出现一次。", 0 },
	[RULE_TYPE] = {
		"The value is of the wrong type.", "字段值的数据类型错误。",
		"Send texts, amounts and codes as strings, and objects or lists only where the standard has them.",
		"文本、金额和代码请以字符串报送，仅在标准规定处使用对象或数组。", 0 },
	[RULE_LENGTH] = {
		"The value is too short or too long.", "字段长度不符合要求。",
		"Keep to the length that the standard gives, counted in characters.", "请按标准规定的字符数填写。", 0 },
	[RULE_DIGITS] = {
		"The number has too many digits.", "数值位数超出规定。",
		"Round the number to the digits that the standard gives.", "请按标准规定的总位数和小数位数填写。", 0 },
	[RULE_FORM] = {
		"The value is not written in the form of its type, or names a day or time that does not exist.",
		"字段格式错误，或日期时间不存在。",
		"Write the value as the standard shows.", "请按标准规定的格式填写。", 0 },
	[RULE_VALUE] = {
		"The value is not one of those allowed.", "字段值不在允许范围内。",
		"Choose one of the values that the standard names.", "请选用标准列明的取值。", 0 },
	[RULE_CODE] = {
		"The code is not in its code list on this day.", "代码不在当日有效的代码表中。",
		"Take a code from the list served under /v1/standard/codes.", "请使用 /v1/standard/codes 公布的代码表中的代码。", 0 },
	[RULE_ISO_UNKNOWN] = {
		"No customs code stands for this ISO code on this day.", "当日没有与该 ISO 代码对应的海关代码。",
		"Give the letters of an ISO code in force, or file customs' own codes without codes=iso.",
		"请填写有效的 ISO 字母代码，或不带 codes=iso 参数并使用海关代码报送。", 0 },
	[RULE_ISO_AMBIGUOUS] = {
		"Several customs codes stand for this ISO code.", "该 ISO 代码对应多个海关代码。",
		"Choose one of them and file customs' own codes, without codes=iso.", "请从中选定一个，不带 codes=iso 参数并使用海关代码报送。", 0 },
	[RULE_CHARACTERS] = {
		"The text has characters that may not be in it.", "文本含有不允许的字符。",
		"Send UTF-8 without control characters.", "请使用不含控制字符的 UTF-8 文本。", 0 },

	/* a filing as a whole */
	[RULE_KIND] = {
		"The filing does not say what it is: version of the standard, kind or direction is missing or unknown.",
		"申报未说明数据标准版本、单证类型或进出口方向，或取值无法识别。",
		"Give standard, kind and direction as the standard names them.", "请按标准填写 standard、kind、direction。", 0 },
	[RULE_LINES_NONE] = {
		"There is no goods line.", "缺少商品表体。",
		"Give at least one line.", "请至少填写一项商品。", -301001 },
	[RULE_LINES_TOO_MANY] = {
		"There are more goods lines than one filing may have.", "商品项数超过上限。",
		"Split the goods over several orders.", "请拆分为多个订单申报。", -621030 },
	[RULE_LINE_NUMBER] = {
		"The line numbers do not run from 1 without gap or repetition.", "商品序号未从 1 起连续编号，或有重复。",
		"Number the lines 1, 2, 3 and so on.", "请从 1 起连续编写商品序号。", -301002 },
	[RULE_SECOND_QUANTITY] = {
		"Second quantity and second unit are not given together.", "第二数量与第二计量单位未同时填写。",
		"Give both or neither.", "请同时填写或同时留空。", -625009 },
	[RULE_NOT_DECLARED] = {
		"The filing is a draft (status 1).", "业务状态为暂存（1），未申报。",
		"Send it with status 2 once it is to be declared.", "请在正式申报时以业务状态 2 报送。", 0 },

	[RULE_NOT_FILED] = {
		"Such a document is sent by customs; enterprises do not file it.", "该单证由海关下发，企业不得申报。",
		"File orders, payments, waybills, inventories and what follows them.", "请申报订单、支付单、运单、清单及其后续单证。", 0 },

	/* identifiers */
	[RULE_CREDIT_CODE] = {
		"The unified social credit code is wrong: its alphabet or its check character does not fit.",
		"统一社会信用代码错误：含非法字符或校验位不符。",
		"Compare the code with the business licence.", "请对照营业执照核对代码。", -10102 },
	[RULE_IDENTITY_NUMBER] = {
		"The identity number is wrong: region, date of birth or check character does not fit.",
		"身份证号码错误：地区码、出生日期或校验位不符。",
		"Compare the number with the document; a final X is written upper case.", "请对照证件核对号码，末位 X 须大写。", 0 },
	[RULE_CUSTOMS_CODE] = {
		"The customs registration code is not of its form.", "海关注册编码格式错误。",
		"Give four digits and six digits or capital letters, as registered.", "请按注册信息填写：4 位数字加 6 位数字或大写字母。", -10102 },
	[RULE_COMPANY_CODE] = {
		"The company code is neither a unified social credit code nor a customs registration code.",
		"企业代码既不是统一社会信用代码，也不是海关注册编码。",
		"Give the code of 18 or of 10 characters that the company is registered under.",
		"请填写企业备案的 18 位或 10 位代码。", -10102 },
	[RULE_HS_CODE] = {
		"The commodity code is not of its form or its chapter does not exist.", "商品编码格式错误或章号不存在。",
		"Give the ten digits of the tariff.", "请填写税则规定的 10 位商品编码。", -625011 },
	[RULE_POSTAL_ITEM] = {
		"The postal item number has a wrong check digit.", "邮件号码校验位错误。",
		"Compare the number with the label.", "请对照面单核对邮件号码。", 0 },

	[RULE_POSTAL_WEIGHT] = {
		"The contents of the postal item weigh more than the item.", "邮件内件净重之和大于邮件毛重。",
		"Correct the gross weight, or the lines' quantities in kilograms.", "请更正毛重或表体以千克计的法定数量。", 0 },
	[RULE_POSTAL_VALUE] = {
		"A content of the postal item has no value.", "邮件内件价值须大于零。",
		"Give what the goods are sold for.", "请填写商品的实际成交价格。", 0 },
	[RULE_POSTAL_COUNTRY] = {
		"A postal item that is exported is addressed to China.", "出口邮件的运抵国不能是中国。",
		"Give the country of the addressee.", "请填写收件人所在国家（地区）。", 0 },

	/* arithmetic */
	[RULE_LINE_TOTAL] = {
		"The line's total is not its price times its quantity.", "商品总价不等于单价乘以数量。",
		"Correct price, quantity or total; they must agree when rounded to two places.",
		"请更正单价、数量或总价，四舍五入到两位小数后须一致。", 0 },
	[RULE_GOODS_VALUE] = {
		"The price of the goods is not the sum of the lines' totals.", "商品价格不等于各项商品总价之和。",
		"Correct the price of the goods or the lines; they must agree when rounded to two places.",
		"请更正商品价格或表体总价，四舍五入到两位小数后须一致。", 0 },
	[RULE_ACTUAL_PAID] = {
		"What was paid is not goods value plus freight plus tax less discount.",
		"实际支付金额不等于商品价格、运杂费、代扣税款之和减去非现金抵扣金额。",
		"Correct the amounts; they must agree exactly.", "请更正各项金额，须完全一致。", 0 },
	[RULE_NEGATIVE] = {
		"The number may not be negative, and a quantity not zero.", "数值不得为负，数量不得为零。",
		"Correct the number.", "请更正数值。", 0 },
	[RULE_WEIGHT] = {
		"The net weight is more than the gross weight.", "净重大于毛重。",
		"Correct the weights.", "请更正重量。", 0 },

	/* import, regimes */
	[RULE_CURRENCY_CNY] = {
		"Import retail is declared in CNY (142) only.", "零售进口币制只能为人民币（142）。",
		"Convert the amounts and give currency 142.", "请折算为人民币并填写币制 142。", 0 },
	[RULE_PACK_ONE] = {
		"An import parcel has one piece.", "进口件数只能为 1。",
		"Give 1, and file each parcel by itself.", "请填写 1，多件请分别申报。", 0 },
	[RULE_BONDED_FIELDS] = {
		"A bonded regime needs book, zone company and record number of the goods, and has no vehicle, voyage or bill.",
		"保税模式须填写账册编号、区内企业和备案料号，且不得填写运输工具、航次和提运单号。",
		"Fill in or leave out the field, or correct the trade mode.", "请补填或删除该字段，或更正贸易方式。", 0 },
	[RULE_DIRECT_FIELDS] = {
		"Direct purchase needs vehicle, voyage and bill number.", "直购进口须填写运输工具编号、航班航次号和提运单号。",
		"Fill in the field or correct the trade mode.", "请补填该字段，或更正贸易方式。", 0 },
	[RULE_REGIME_UNKNOWN] = {
		"This trade mode is not in force here for this direction on this day.", "该贸易方式当日在此进出口方向未开通。",
		"Choose a trade mode that the pilot zone offers.", "请选用综试区已开通的贸易方式。", 0 },
	[RULE_GUARANTOR] = {
		"The guarantor is none of platform, e-commerce company, carrier and declarant of this inventory.",
		"担保企业不是本清单的电商平台、电商企业、物流企业或申报企业。",
		"Name one of these companies as guarantor.", "请填写上述企业之一作为担保企业。", 0 },

	/* who may take part */
	[RULE_PARTY_SUSPENDED] = {
		"The enterprise's registration is suspended or closed.", "该企业的备案已暂停或注销。",
		"Ask the operator of the zone why; file again when the registration is in force.", "请向综试区运营方了解原因，备案恢复后再申报。", -10102 },
	[RULE_PARTY_FROZEN] = {
		"The business register tells another name of this enterprise, or that it is out of business.",
		"市场主体登记信息中该企业的名称与备案不一致，或该企业已不在营业。",
		"Have the difference resolved by an operator; it stands in the enterprise's own record.",
		"请由运营方处理差异，差异内容见该企业的备案记录。", -10102 },
	[RULE_PARTY_SCOPE] = {
		"Enterprises from outside the city may not file yet.", "现阶段尚未对市外主体开放申报。",
		"Register with a domicile in the city, or wait for the next phase.", "请以市内住所办理备案，或等待下一阶段开放。", -10102 },
	[RULE_PARTY_AUTHORISATION] = {
		"The declarant has no authorisation of the e-commerce company that covers this filing.", "申报企业未取得电商企业对本单证的有效委托授权。",
		"Have the e-commerce company grant one under /v1/authorisations, or let it declare by itself.",
		"请由电商企业在 /v1/authorisations 办理授权，或由其自行申报。", -621016 },
	[RULE_GOODS_NOT_FILED] = {
		"The e-commerce company has not registered goods of this number.", "电商企业未备案该货号的商品。",
		"Register the goods under /v1/goods, or correct the number.", "请在 /v1/goods 备案该商品，或更正商品货号。", -625007 },
	[RULE_GOODS_FROZEN] = {
		"These goods are frozen: they are recalled, or a complaint about their brand is open.", "该商品因召回或知识产权投诉已被冻结。",
		"Take them out of sale; the department that recalled them or took the complaint ends it (GET /v1/quality/recalls, /v1/brands/complaints).",
		"请停止销售该商品，由召回或受理投诉的部门解除（见 /v1/quality/recalls、/v1/brands/complaints）。", -625007 },

	/* revisions */
	[RULE_NOTHING_TO_CHANGE] = {
		"There is no filing under this key that could be changed or deleted.", "未找到可变更或删除的申报。",
		"File it as new (add), or correct the key.", "请以新增方式申报，或更正业务主键。", -301009 },
	[RULE_CHANGE_TOO_LATE] = {
		"The declaration has gone too far for a change or deletion.", "申报单当前状态已不允许变更或删除。",
		"Apply for the return of the goods instead.", "请改为申请退货。", -301011 },
	[RULE_CHANGE_WITHDRAWING] = {
		"Customs is asked to cancel the declaration and has not decided.", "该申报单正在申请撤销，海关尚未审结。",
		"Wait for customs' answer; if it refuses, file again.", "请等待海关审核结果；如不同意撤销，可再次申报。", -623005 },
	[RULE_NOTHING_TO_CANCEL] = {
		"No inventory of these companies is declared here under that number, or it was cancelled before.",
		"未找到上述企业以该编号申报的清单，或该清单已撤销。",
		"Name platform and order (import) or the pre-entry number that the receipts give (export).",
		"进口请填写电商平台与订单编号，出口请填写回执中的预录入编号。", -623005 },
	[RULE_RETURN_UNKNOWN] = {
		"No inventory of these companies is declared here under that order, or customs gave it another number.",
		"未找到上述企业以该订单申报的清单，或海关给出的清单编号与此不同。",
		"Name platform and order as the inventory does, and the number that customs' receipts give it.",
		"请填写与清单一致的电商平台、订单编号以及海关回执中的清单编号。", -625204 },
	[RULE_RETURN_NOT_RELEASED] = {
		"Goods can be returned only after their inventory is released.", "清单放行后方可申请退货。",
		"Wait for the release, or cancel the inventory instead.", "请待放行后申请，或改为申请撤销清单。", -625204 },
	[RULE_RETURN_TOO_LATE] = {
		"The time in which a return can be asked for is over.", "已超过申请退货的期限。",
		"It cannot be returned under this procedure; the tax is due.", "已不能按本程序退货，税款应按期缴纳。", -625204 },
	[RULE_RETURN_NO_RULE] = {
		"No rule in force on the day of the declaration admits a return.", "申报当日没有允许退货的有效规定。",
		"Declare the goods otherwise.", "请改用其他方式申报。", -625204 },
	[RULE_RETURN_LINE] = {
		"The inventory has no such line, or has other goods on it.", "原清单没有该商品序号，或该序号为其他商品。",
		"Take number, commodity code and unit of the line from the inventory.", "请按原清单填写商品序号、商品编码和计量单位。", -625209 },
	[RULE_RETURN_QUANTITY] = {
		"More is returned than was declared and is not returned yet.", "退货数量超过原申报且尚未退货的数量。",
		"Correct the quantity.", "请更正退货数量。", -625012 },
	[RULE_RETURN_FIXED] = {
		"A return that was asked for is neither changed nor taken back.", "已申请的退货不能变更或删除。",
		"Leave it; if the goods do not come back in time, it lapses. File what else is returned as new.",
		"请勿变更；货物未按期退运的，该申请自动失效。其他退货请另行新增申报。", -625204 },

	/* beside the schema */
	[RULE_SCHEMA_ROOT] = {
		"The root element has another name than the schema gives.", "根元素名称与报文规范不符。",
		"Name it CEBnnnMessage.", "请使用 CEBnnnMessage 作为根元素。", 0 },
	[RULE_SCHEMA_ATTRIBUTES] = {
		"The root element lacks its guid of 36 characters or version 1.0.", "根元素缺少 36 位 guid 或 version=\"1.0\"。",
		"Give both attributes.", "请补全这两个属性。", 0 },
	[RULE_SCHEMA_NAMESPACE] = {
		"The message is in no namespace.", "报文未声明命名空间。",
		"Declare the namespace of the customs standard.", "请声明海关规范的命名空间。", 0 },
	[RULE_SCHEMA_ENVELOPE] = {
		"What stands beside the business nodes is not as the schema has it.", "业务节点之外的内容不符合报文规范。",
		"Send BaseTransfer once, behind all nodes, and the rest in the schema's order.",
		"请在全部业务节点之后报送一个 BaseTransfer，其余节点按规范顺序排列。", 0 },
	[RULE_SCHEMA_ORDER] = {
		"The element stands at another place than the schema has it.", "元素顺序不符合报文规范。",
		"Write the elements in the order of the standard.", "请按规范规定的顺序填写元素。", 0 },
	[RULE_SCHEMA_EMPTY] = {
		"The schema does not allow this element to be empty.", "该元素不允许为空。",
		"Leave the element out.", "无内容时请省略该元素。", 0 },
	[RULE_SCHEMA_NAME] = {
		"The element's name is misspelt.", "元素名称拼写有误。",
		"Use the name of the schema.", "请使用规范中的元素名称。", 0 },
	[RULE_SCHEMA_ABSENT] = {
		"A field is missing that the schema asks for (some only since October 2018).", "缺少规范要求的字段（部分自 2018 年 10 月起必填）。",
		"Fill in the field.", "请补填该字段。", 0 },
	[RULE_SCHEMA_TIME] = {
		"The time is not written as customs writes it.", "时间格式不符合报文规范。",
		"Write YYYYMMDDhhmmss, or YYYYMMDD for a day.", "请按 YYYYMMDDhhmmss 或 YYYYMMDD 填写。", 0 },
	[RULE_SCHEMA_EXTRA] = {
		"The schema has no such element here; it was passed over.", "规范在此处没有该元素，已忽略。",
		"Leave the element out.", "请删除该元素。", 0 },
	/* signatures; customs' codes differ by message: model/signature.h */
	[RULE_SIGNATURE_MISSING] = {
		"The message is not signed, and this client's messages of this kind must be.", "报文未签名，而本企业的此类报文必须签名。",
		"Sign the customs XML message with a certificate registered here and send it again.",
		"请使用已在本平台登记的证书对 XML 报文签名后重新发送。", 0 },
	[RULE_SIGNATURE_FORM] = {
		"The signature is not of the form that customs messages have.", "签名结构不符合海关报文的要求。",
		"Give one ds:Signature in the root element, with one Reference of URI=\"\" and the enveloped transform only.",
		"请在根节点下提供唯一的 ds:Signature，且仅含一个 URI 为空、采用 enveloped-signature 转换的 Reference。", 0 },
	[RULE_SIGNATURE_CANONICAL] = {
		"The message has no canonical form, so its signature cannot be checked.", "报文无法规范化，不能验签。",
		"Use C14N 1.0 without comments, and namespaces that are absolute URIs.",
		"请使用不含注释的 C14N 1.0 规范化算法，命名空间须为绝对 URI。", 0 },
	[RULE_SIGNATURE_CERTIFICATE] = {
		"The signature names no certificate that is known.", "签名未给出可识别的证书。",
		"Put the certificate into X509Certificate, or its serial number into KeyName.",
		"请在 X509Certificate 中提供证书，或在 KeyName 中填写证书序列号。", 0 },
	[RULE_SIGNATURE_NOT_BOUND] = {
		"The certificate is not registered for this client.", "签名证书未在本平台登记给该企业。",
		"Sign with a registered certificate, or have this one registered.", "请使用已登记的证书签名，或申请登记该证书。", 0 },
	[RULE_SIGNATURE_TOO_EARLY] = {
		"The certificate is not valid yet.", "签名证书尚未生效。",
		"Sign with a certificate that is valid today.", "请使用当前有效的证书签名。", 0 },
	[RULE_SIGNATURE_EXPIRED] = {
		"The certificate has expired.", "签名证书已过期。",
		"Sign with a certificate that is valid today.", "请使用当前有效的证书签名。", 0 },
	[RULE_SIGNATURE_KEY] = {
		"The certificate's key does not fit the signature method.", "证书密钥类型与签名算法不符。",
		"Sign RSA methods with an RSA certificate and SM2 with an SM2 certificate.", "RSA 算法请使用 RSA 证书，SM2 算法请使用国密 SM2 证书。", 0 },
	[RULE_SIGNATURE_DIGEST] = {
		"The message is not what was signed: its digest differs.", "报文内容与签名时不一致：摘要不符。",
		"Sign the message in its last form and change nothing afterwards.", "请对最终报文签名，签名后不得再修改内容。", 0 },
	[RULE_SIGNATURE_VALUE] = {
		"The signature value was not made by the certificate's key over SignedInfo.", "签名值与证书公钥及 SignedInfo 不符，验签失败。",
		"Sign the canonical form of SignedInfo with the key of the certificate; SM2 values are r and s of 32 bytes each.",
		"请用证书对应的私钥对规范化后的 SignedInfo 签名；SM2 签名值为各 32 字节的 r、s 拼接。", 0 },

	/* matching */
	[RULE_MATCH_AMOUNT] = {
		"The amount of the payment differs from what the order says was paid.", "支付单金额与订单实际支付金额不一致。",
		"Whoever filed the wrong amount files a change.", "请由金额有误的一方变更申报。", 1332 },
	[RULE_MATCH_PAYER] = {
		"The payer is not the buyer, and the buyer's identity is not attested.", "支付人与订购人不一致，且订购人身份未经认证。",
		"Correct name or identity number, or have the identity attested.", "请更正姓名或证件号码，或完成身份认证。", 1327 },
	[RULE_MATCH_PAYMENT_NO] = {
		"Payment company or transaction number differs between order and payment.", "订单与支付单的支付企业或支付交易编号不一致。",
		"Whoever filed the wrong number files a change.", "请由填报有误的一方变更申报。", 13035 },
	[RULE_MATCH_BUYER] = {
		"The buyer differs between inventory and order.", "清单与订单的订购人信息不一致。",
		"Correct the buyer in the inventory or the order.", "请更正清单或订单的订购人信息。", 13127 },
	[RULE_MATCH_COMPANY] = {
		"A company differs between the filings of this trade.", "各单证填报的企业不一致。",
		"Correct the company's code where it is wrong.", "请更正有误的企业代码。", 0 },
	[RULE_MATCH_WAYBILL] = {
		"Order number or waybill number differs between waybill and inventory.", "运单与清单的订单编号或运单编号不一致。",
		"Correct the number in the waybill or the inventory.", "请更正运单或清单的编号。", 0 },
	[RULE_MATCH_CONSIGNEE] = {
		"The consignee differs between order and waybill.", "订单与运单的收货人信息不一致。",
		"Correct the consignee in the order or the waybill.", "请更正订单或运单的收货人信息。", 0 },
	[RULE_MATCH_LINE_COUNT] = {
		"Inventory and order have different numbers of lines.", "清单与订单的商品项数不一致。",
		"Give the same goods, line by line, in both.", "请使清单与订单逐项对应。", 1320 },
	[RULE_MATCH_LINE] = {
		"A line of the inventory differs from the same line of the order.", "清单与订单同一序号的商品不一致。",
		"Correct goods, quantity, unit or price of the line.", "请更正该项商品的名称、数量、单位或价格。", 1322 },
	[RULE_MATCH_CURRENCY] = {
		"The currency differs between the filings of this trade.", "各单证的币制不一致。",
		"Give the same currency everywhere.", "请统一币制。", 0 },
	[RULE_MATCH_FEES] = {
		"Freight or insurance of the inventory is not what the waybill says.", "清单的运杂费或保价费与运单不一致。",
		"Give what the carrier charges.", "请按物流企业实际收取的费用填报。", 0 },
	[RULE_MATCH_DIRECTION] = {
		"The filings of this trade have different directions.", "各单证的进出口方向不一致。",
		"File all of them as import or all as export.", "请统一进出口方向。", 0 },
	[RULE_FLOW_MISSING] = {
		"A filing that this trade needs has not come.", "缺少本笔交易所需的单证。",
		"Whoever owes it files it before the waiting time ends.", "请由相关企业在等待期内补报。", 0 },
	[RULE_FLOW_DUPLICATE] = {
		"Two filings claim the same place in this trade.", "两份申报占用同一单证位置。",
		"Delete the one that is wrong.", "请删除有误的申报。", -301010 },
	[RULE_WAYBILL_TAKEN] = {
		"The waybill belongs to another declaration.", "该运单已被其他申报单使用。",
		"Correct the waybill number in the inventory.", "请更正清单的运单编号。", -504015 },

	/* departments */
	[RULE_DEPARTMENT_LIST] = {
		"The goods are on a department's negative list.", "商品列入部门负面清单。",
		"Correct the commodity code if it is wrong; goods on the list cannot be declared.", "编码有误的请更正商品编码；列入清单的商品不得申报。", 0 },
	[RULE_DEPARTMENT_PERMIT] = {
		"The licence is unknown to the department, not valid, or not of this day.", "部门查无此许可，或许可无效、不在有效期内。",
		"Correct the licence number, or have the licence renewed and file the inventory again.", "请更正许可证件号，或办理许可后重新申报清单。", 0 },
	[RULE_DEPARTMENT_ASKED] = {
		"A department is asked and has not answered yet.", "正在向部门核查，尚未答复。",
		"Nothing is to be done: it goes on by itself once the answer is there.", "无需处理，部门答复后自动继续办理。", 0 },
	[RULE_DEPARTMENT_AWAY] = {
		"A department could not be asked; its row lets the declaration pass.", "部门核查暂不可用，按规则放行申报。",
		"Nothing is to be done.", "无需处理。", 0 },
	[RULE_RISK_REFUSED] = {
		"A risk rule refuses the trade as it was filed.", "风险规则拦截：按所报内容不得申报。",
		"GET /v1/declarations/{id}/risk names the rule; correct what it is about.", "请查询风险判定所列规则，并更正相关内容。", 0 },
	[RULE_RISK_HELD] = {
		"The risk rules together hold the trade; somebody will look at it.", "综合风险较高，暂缓申报，等待人工处置。",
		"Nothing is to be done until the case is decided.", "请等待人工处置结果。", 0 },
};

static const char *const slugs[RULE_COUNT] = {
#define X(id, slug, source) [RULE_##id] = slug,
	RULE_MAP(X)
#undef X
};

static const char *const sources[RULE_COUNT] = {
#define X(id, slug, source) [RULE_##id] = source,
	RULE_MAP(X)
#undef X
};

const char *rule_slug(enum rule r)
{
	return slugs[r];
}

const char *rule_source(enum rule r)
{
	return sources[r];
}

const char *rule_detail(enum rule r, bool chinese)
{
	return chinese ? words[r].detail_zh : words[r].detail;
}

const char *rule_remedy(enum rule r, bool chinese)
{
	return chinese ? words[r].remedy_zh : words[r].remedy;
}

int rule_customs_code(enum rule r)
{
	return words[r].customs_code;
}
