"""The tables under sql/data are well formed: fields, order, days, one row per key, no periods that overlap, ISO codes as words."""
import datetime
import re

import _source as s

COLUMNS = {  # file: columns, how many of them (leading) say what the row is about, besides valid_from
    "codes.tsv": ("list code name_zh name_en iso valid_from valid_to source".split(), 2),
    "regimes.tsv": ("id trade_mode direction wait_hours bonded valid_from valid_to source".split(), 1),
    "statutory_periods.tsv": ("id act title_zh title_en trade_mode direction authority counts_from unit amount rolls outage_extends valid_from"
                              " valid_to source".split(), 1),
    "regime_steps.tsv": ("regime_id step phase kind authority responsible needs required goods valid_from valid_to source".split(), 2),
    "goods_classes.tsv": ("goods_class hs id name_zh name_en valid_from valid_to source".split(), 2),
    "authority_fields.tsv": ("authority dialect place direction trade_mode section member value presence personal purpose valid_from valid_to"
                             " source".split(), 3),
    "tracking_steps.tsv": ("id trade_mode direction step place needs required limit_from limit_hours told name_zh name_en valid_from valid_to"
                           " source".split(), 1),
    "tracking_sources.tsv": ("id kind direction message step parcels status_field status_value at_field valid_from valid_to source".split(), 1),
    "data_policy.tsv": ("role authority field privileged form purpose valid_from valid_to source".split(), 4),
    "access_purposes.tsv": ("word name_zh name_en valid_from valid_to source".split(), 1),
    "retention_rules.tsv": ("id record years valid_from valid_to source".split(), 1),
    "credit_rules.tsv": ("name id value valid_from valid_to source".split(), 1),
    "credit_degrees.tsv": ("degree id hold_days end_days published_days repair_days valid_from valid_to source".split(), 1),
    "credit_levels.tsv": ("level id least_score inspection_bp guarantee_percent documents queue_rank credit_term valid_from valid_to source".split(), 1),
    "credit_kinds.tsv": ("kind id degree weight against bars title_zh title_en valid_from valid_to source".split(), 1),
    "credit_measures.tsv": ("id level authority measure title_zh valid_from valid_to source".split(), 1),
    "credit_receivers.tsv": ("authority id valid_from valid_to source".split(), 1),
    "credit_indicators.tsv": ("name id part weight none_at full_at unit title_zh title_en valid_from valid_to source".split(), 1),
    "case_kinds.tsv": ("kind id departments title_zh title_en valid_from valid_to source".split(), 1),
    "case_limits.tsv": ("name id value valid_from valid_to source".split(), 1),
    "person_flag_kinds.tsv": ("kind id days rules title_zh title_en valid_from valid_to source".split(), 1),
    "sender_rules.tsv": ("name id value valid_from valid_to source".split(), 1),
    "risk_rules.tsv": ("rule id step node class mode blocks points window_s parameter_1 parameter_2 parameter_3 valid_from valid_to source".split(), 3),
    "risk_lanes.tsv": ("lane id least_points action expected_bp valid_from valid_to source".split(), 1),
    "risk_numbers.tsv": ("name id value valid_from valid_to source".split(), 1),
    "risk_goods.tsv": ("goods_class id valid_from valid_to source".split(), 1),
    "risk_factors.tsv": ("what value id permille valid_from valid_to source".split(), 2),
    "quality_rules.tsv": ("kind id least within_days valid_from valid_to source".split(), 1),
    "recognitions.tsv": ("id giver taker of stands_for valid_from valid_to source".split(), 1),
}
CALENDAR = "calendar_days.tsv"
MAY_BE_EMPTY = {"name_en", "iso", "valid_to", "kind", "authority", "needs", "goods", "section", "limit_from", "limit_hours",
                "window_s", "parameter_1", "parameter_2", "parameter_3",
                "message", "published_days", "status_field", "status_value", "at_field"}
NUMBERS = {"id", "regime_id", "step", "place"}


def rows(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line and not line.startswith("#"):
            yield number, line.split("\t")


def wrong_fields(columns, fields):
    if len(fields) != len(columns):
        yield f"{len(fields)} fields, not {len(columns)}"
        return
    for name, value in zip(columns, fields):
        if value != value.strip() or "  " in value or "$data$" in value:
            yield f"{name} has blanks too many, or what would end the text"
        if not value and name not in MAY_BE_EMPTY:
            yield f"{name} is empty"
        if value and name in ("valid_from", "valid_to"):
            datetime.date.fromisoformat(value)
        if value and name == "iso" and not re.fullmatch(r"[A-Z]{3}( [A-Z]{2,3})*", value):
            yield f"iso is {value}"


def check(path, columns, about):
    before, key_before = None, None
    start, end = columns.index("valid_from"), columns.index("valid_to")
    for number, fields in rows(path):
        where = f"{s.rel(path)}:{number}"
        try:
            yield from (f"{where}: {why}" for why in wrong_fields(columns, fields))
        except ValueError as e:
            yield f"{where}: {e}"
        if len(fields) != len(columns):
            continue
        key = [int(v) if n in NUMBERS else v.encode() for n, v in zip(columns[:about], fields)]
        if fields[end] and fields[end] < fields[start]:
            yield f"{where}: ends before it begins"
        if before and (key, fields[start]) <= (key_before, before[start]):
            yield f"{where}: is not sorted, or there twice"
        if before and key == key_before and (not before[end] or before[end] >= fields[start]):
            yield f"{where}: its period overlaps the one before"
        before, key_before = fields, key
    if before is None:
        yield f"{s.rel(path)}: has no rows"


def check_calendar(path):
    """Each row says what the weekdays do not: a weekend day that is worked, or days that are not; no day twice."""
    known = {}
    for number, (first, last, worked, name, source) in rows(path):
        where, day = f"{s.rel(path)}:{number}", datetime.date.fromisoformat(first)
        if not (name and source) or worked not in ("true", "false") or last < first:
            yield f"{where}: is not of its form"
        while day <= datetime.date.fromisoformat(last):
            if day in known:
                yield f"{where}: {day} is there twice"
            if worked == "true" and day.weekday() < 5:
                yield f"{where}: {day} is worked anyway"
            known[day] = worked
            day += datetime.timedelta(days=1)


def main():
    files = s.sources("sql/data/*.tsv")
    problems = [f"{s.rel(p)}: this check does not know it" for p in files if p.name not in COLUMNS and p.name != CALENDAR]
    problems += check_calendar(s.ROOT / "sql/data" / CALENDAR)
    for path in files:
        if path.name in COLUMNS:
            problems += check(path, *COLUMNS[path.name])
    s.finish(problems, f"{len(files)} tables")


if __name__ == "__main__":
    main()
