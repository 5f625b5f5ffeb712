-- Do we have a clear idea of what is needed to continue and scale this?

-- # responses_by_attempt
-- title: Messages answered, by attempt, channel and sender
-- formula: messages about a session that left in the range; an answer counts for the newest one before it; hours: median
-- shape: table
-- people: no
with sent as (
  select attempt, purpose, channel, sender, answered_at is not null as answered,
    (unixepoch(answered_at) - unixepoch(sent_at)) / 3600.0 as hours
  from response_attempts where sent_at >= :start and sent_at < :end
), ranked as (
  select *, row_number() over (partition by attempt, purpose, channel, sender, answered order by hours) as place,
    count(hours) over (partition by attempt, purpose, channel, sender) as answers
  from sent
)
select attempt, purpose as what, channel, sender as "from", count(*) as sent, sum(answered) as answered,
  ((200 * sum(answered) + count(*)) / (2 * count(*))) || ' %' as share,
  round(avg(hours) filter (where answered and place in ((answers + 1) / 2, (answers + 2) / 2)), 1) as hours
from ranked group by attempt, purpose, channel, sender order by attempt, purpose, channel, sender;

-- # deeds_per_clinic
-- title: Coordinator actions per clinic
-- formula: commands and forms by which coordinators changed something about a clinic that starts in the range, from
-- proposal to closing, on average; what leaves by itself is none; missing: clinics that came from a file
-- shape: mean
-- people: no
-- unit: clinics
with counted as (
  select s.id, (select count(*) from deeds d where d.session_id = s.id and d.at < :end) as deeds
  from sessions s where s.starts_at >= :start and s.starts_at < :end
    and s.kind in (select value from json_each(:clinics))
)
select round(avg(deeds) filter (where deeds > 0), 1) as value, count(*) filter (where deeds > 0) as base,
  count(*) filter (where deeds = 0) as missing
from counted;

-- # clinics_by_deeds
-- title: Clinics by how many coordinator actions they took
-- formula: clinics that start in the range, by the commands and forms that changed something about them
-- shape: partition
-- people: no
-- unit: clinics
with counted as (
  select s.id, (select count(*) from deeds d where d.session_id = s.id and d.at < :end) as deeds
  from sessions s where s.starts_at >= :start and s.starts_at < :end
    and s.kind in (select value from json_each(:clinics))
)
select case when deeds > 3 then 'more than three' else deeds || '' end as label, count(*) as n,
  sum(count(*)) over () as base, (select count(*) from counted where deeds = 0) as missing
from counted where deeds > 0 group by label order by label;
