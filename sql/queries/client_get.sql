-- params: 2
-- $1 name; $2 titles of states. More columns: its state (null: no enterprise), its id.
select client_json(c, $2::text::json, true), c.state, c.id from client c where c.name = $1::text
