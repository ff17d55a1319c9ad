-- params: 2
-- $1 enterprise (null: all), $2 of those that are over, too. The negative list, newest first, at most a thousand.
select json_build_object('items', coalesce(json_agg(listing_json(l) order by l.listed_on desc, l.id), '[]'))
from (
  select * from listing l
  where ($1::text is null or l.code = $1::text) and ($2::boolean or not exists (select from listing_exit x where x.listing_id = l.id))
  order by l.listed_on desc, l.id limit 1000
) l
