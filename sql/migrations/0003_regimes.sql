-- Which flows a declaration needs and which authorities must clear it (RULES section 2). Dated; never edited.
insert into regime (id, trade_mode, direction, flows, authorities, wait_hours, bonded, valid_from, source) values
  (1, '*',    'import', '{order,payment,waybill,inventory}', '{}',                 72, false, '2014-01-01', 'waiting window: pilot zone rule'),
  (2, '*',    'export', '{order,payment,waybill,inventory}', '{}',                 72, false, '2014-01-01', 'waiting window: pilot zone rule'),
  (3, '9610', 'import', '{order,payment,waybill,inventory}', '{CUS,TAX,FX,POST}',  72, false, '2019-01-01', 'GACC 2018-194 art. 6, 8'),
  (4, '1210', 'import', '{order,payment,waybill,inventory}', '{CUS,TAX,FX}',       72, true,  '2019-01-01', 'GACC 2018-194 art. 6, 8; 2014-57'),
  (5, '1239', 'import', '{order,payment,waybill,inventory}', '{CUS,TAX,FX}',       72, true,  '2019-01-01', 'GACC 2018-194 art. 6, 8; 2016-75'),
  (6, '9610', 'export', '{order,payment,waybill,inventory}', '{CUS,TAX,FX,POST}',  72, false, '2019-01-01', 'GACC 2018-194 art. 7; receipt of payment: GACC 2016-26 art. 4'),
  (7, '1210', 'export', '{order,payment,waybill,inventory}', '{CUS,TAX,FX}',       72, true,  '2019-01-01', 'GACC 2018-194 art. 7; 2014-57'),
  (8, '9710', 'export', '{order,waybill,inventory}',         '{CUS,TAX,FX}',       72, false, '2020-07-01', 'GACC 2020-75; list channel of low value'),
  (9, '9810', 'export', '{order,waybill,inventory}',         '{CUS,TAX,FX}',       72, false, '2020-07-01', 'GACC 2020-75; receipt of payment not asked');

insert into authority (code) values ('CUS'), ('CIQ'), ('TAX'), ('FX'), ('POST'), ('POL'), ('SAMR'), ('COM'), ('NMPA'), ('ECO'), ('FIN'), ('STAT');
select nextval('rule_revision');
