-- Do community members feel they have a leading role to play, and is the support the right one?

-- # clinics_led
-- title: Learning clinics by who led them
-- formula: confirmed clinics that start in the range
-- shape: partition
-- people: no
-- unit: clinics
select case led_by when 'working_group' then 'working group' when 'team' then 'another team'
    when 'community' then 'community' else 'not said' end as label,
  count(*) as n, sum(count(*)) over () as base, 0 as missing
from sessions
where state = 'confirmed' and starts_at >= :start and starts_at < :end
  and kind in (select value from json_each(:clinics))
group by led_by order by n desc, label;

-- # clinic_sharers
-- title: Sharers in learning clinics
-- formula: different people who led a confirmed clinic of the range
-- shape: count
-- people: no
select count(distinct coalesce(h.participant_id || '', 'n' || lower(trim(h.name)))) as value,
  count(*) as base, 0 as missing
from sharers h join sessions s on s.id = h.session_id
where s.state = 'confirmed' and s.starts_at >= :start and s.starts_at < :end
  and s.kind in (select value from json_each(:clinics));

-- # ambassadors
-- title: Interested in being an ambassador
-- formula: registered participants who wish for the role or hold it, of all registered
-- shape: share
select count(*) filter (where exists (
    select 1 from participant_roles o where o.participant_id = r.participant_id and o.role = 'ambassador'
  )) as part, count(*) as base, 0 as missing
from programme_registrations r where r.at < :end;

-- # support_wanted
-- title: Ask for support
-- formula: registered participants who need support to take part, of all who said whether they do
-- shape: share
with people as (
  select lower(trim(p.support_needed, ' .-')) as said
  from programme_registrations r join participants p on p.id = r.participant_id where r.at < :end
)
select count(*) filter (where said <> '' and said not in ('no', 'none', 'non', 'não', 'nao', 'nada', 'n/a', 'لا')) as part,
  count(*) filter (where said <> '') as base, count(*) filter (where said = '') as missing
from people;
