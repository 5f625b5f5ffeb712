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

-- # proposers
-- title: People who proposed a session
-- formula: different people with a complete proposal made in the range, whatever became of it
-- shape: count
-- people: no
select count(distinct participant_id) as value, count(*) as base, 0 as missing
from proposals
where completed_at is not null and completed_at >= :start and completed_at < :end and state <> 'withdrawn';

-- # support_wanted
-- title: Ask for support
-- formula: registered participants who asked for means to take part, in the form or later, of all who did or who said
-- whether they need any
-- shape: share
with people as (
  select trim(p.support_needed) <> '' as said, exists (
    select 1 from support_requests q where q.participant_id = p.id and q.ask = 'means' and q.asked_at < :end
  ) as asked
  from programme_registrations r join participants p on p.id = r.participant_id where r.at < :end
)
select count(*) filter (where asked) as part, count(*) filter (where said or asked) as base,
  count(*) filter (where not said and not asked) as missing
from people;

-- # support_requests
-- title: Requests after sessions and for means
-- formula: requests asked in the range, by what for; granted, declined and open as they are at the time of the report
-- shape: table
-- people: no
select case ask when 'means' then 'money, connection or a device' when 'review' then 'review of a document'
    when 'community' then 'a community of practice' else ask end as request,
  count(*) as asked, count(*) filter (where state = 'granted') as granted,
  count(*) filter (where state = 'declined') as declined, count(*) filter (where state = 'open') as open
from support_requests where asked_at >= :start and asked_at < :end and state <> 'withdrawn'
group by ask order by asked desc, request;
