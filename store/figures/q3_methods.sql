-- Were the methodologies, spaces and tools useful to promote learning?

-- # sessions
-- title: Sessions by kind and by who led them
-- formula: confirmed sessions that start in the range, of connections those that happened; people: all who took part,
-- guests too, each time they did
-- shape: table
-- people: no
-- labels: kind
select s.kind as kind, case s.led_by when 'working_group' then 'working group' when 'team' then 'another team'
    when 'community' then 'community' else 'not said' end as "led by",
  count(*) as sessions, sum(s.people) as people
from session_people s
where s.state = 'confirmed' and s.starts_at >= :start and s.starts_at < :end
  and (s.met or s.kind not in (select value from json_each(:connections)))
group by s.kind, s.led_by order by s.kind, count(*) desc, s.led_by;

-- # learning_spaces
-- title: Learning clinics and regional sessions
-- formula: confirmed sessions of these kinds that start in the range
-- shape: count
-- people: no
-- unit: sessions
select count(*) as value, count(*) as base, 0 as missing from sessions
where state = 'confirmed' and starts_at >= :start and starts_at < :end
  and kind in (select value from json_each(:clinics) union select value from json_each(:regional));

-- # clinics
-- title: Learning clinics
-- formula: confirmed clinics that start in the range
-- shape: count
-- people: no
-- unit: sessions
select count(*) as value, count(*) as base, 0 as missing from sessions
where state = 'confirmed' and starts_at >= :start and starts_at < :end
  and kind in (select value from json_each(:clinics));

-- # clinic_people
-- title: People in learning clinics
-- formula: people in clinics of the range, guests too, each time they took part
-- shape: count
-- people: no
-- note: Individuals may take part in more than one session and are counted each time.
select count(*) as value, count(*) as base, 0 as missing from attended
where starts_at >= :start and starts_at < :end and kind in (select value from json_each(:clinics));

-- # clinic_guests
-- title: Guests in learning clinics
-- formula: people in clinics without a registration, of all people in clinics, each time they took part
-- shape: share
-- people: no
select count(*) filter (where participant_id is null) as part, count(*) as base, 0 as missing from attended
where starts_at >= :start and starts_at < :end and kind in (select value from json_each(:clinics));

-- # clinic_mean
-- title: People in a learning clinic, on average
-- formula: mean of the people in a clinic, of clinics of the range whose attendance is in
-- shape: mean
-- people: no
-- unit: clinics
select avg(people) filter (where people > 0) as value, count(*) filter (where people > 0) as base,
  count(*) filter (where people = 0) as missing
from session_people
where state = 'confirmed' and starts_at >= :start and starts_at < :end
  and kind in (select value from json_each(:clinics));

-- # regional_people
-- title: People in regional sessions
-- formula: people in regional sessions of the range, guests too, each time they took part
-- shape: count
-- people: no
select count(*) as value, count(*) as base, 0 as missing from attended
where starts_at >= :start and starts_at < :end and kind in (select value from json_each(:regional));

-- # regional_guests
-- title: Guests in regional sessions
-- formula: people in regional sessions without a registration, of all people in them, each time they took part
-- shape: share
-- people: no
select count(*) filter (where participant_id is null) as part, count(*) as base, 0 as missing from attended
where starts_at >= :start and starts_at < :end and kind in (select value from json_each(:regional));

-- # connections
-- title: Connections that happened
-- formula: coffees, teas and clusters of the range at which two people or more were, or of which somebody said they met
-- shape: count
-- people: no
-- unit: connections
select count(*) as value, count(*) as base, 0 as missing from session_people
where state = 'confirmed' and met and starts_at >= :start and starts_at < :end
  and kind in (select value from json_each(:connections));

-- # connection_people
-- title: People in connections
-- formula: people in the connections that happened, each time they took part
-- shape: count
-- people: no
-- note: Base and missing are connections: those with and without a list of who was there.
select coalesce(sum(people), 0) as value, count(*) filter (where people > 0) as base,
  count(*) filter (where people = 0) as missing
from session_people
where state = 'confirmed' and met and starts_at >= :start and starts_at < :end
  and kind in (select value from json_each(:connections));

-- # people_in_spaces
-- title: People in clinics and connections
-- formula: people in clinics and connections of the range, guests too, each time they took part
-- shape: count
-- people: no
select count(*) as value, count(*) as base, 0 as missing from attended
where starts_at >= :start and starts_at < :end
  and kind in (select value from json_each(:clinics) union select value from json_each(:connections));

-- # connections_by_origin
-- title: Connections proposed and happened, by who proposed them
-- formula: coffees, teas and clusters that were to start in the range; happened: two people or more were there, or
-- somebody said they met
-- shape: table
-- people: no
select case led_by when 'working_group' then 'working group' when 'community' then 'participants'
    when 'team' then 'another team' else 'not said' end as "proposed by",
  count(*) as proposed, sum(met) as happened, ((200 * sum(met) + count(*)) / (2 * count(*))) || ' %' as share
from (
  select led_by, met and state = 'confirmed' as met from session_people
  where starts_at >= :start and starts_at < :end and kind in (select value from json_each(:connections))
)
group by led_by order by proposed desc, "proposed by";

-- # connectivity_trouble
-- title: Trouble with the connection
-- formula: answers "yes" to "Did a bad connection keep you from following?", of all answers about the range's sessions
-- shape: share
-- unit: answers
select count(*) filter (where a.value = 'yes') as part, count(a.value) as base, count(*) - count(a.value) as missing
from responses r
join sessions s on s.id = r.session_id and s.starts_at >= :start and s.starts_at < :end
left join response_answers a on a.response_id = r.id and a.question = 'connectivity_trouble'
where exists (select 1 from json_each(r.asked) q where q.value = 'connectivity_trouble');

-- # clinics_documented
-- title: Learning clinics documented
-- formula: clinics of the range with at least one resource, of all clinics of the range
-- shape: share
-- people: no
-- unit: clinics
select count(*) filter (where exists (select 1 from resources d where d.session_id = s.id)) as part,
  count(*) as base, 0 as missing
from sessions s
where s.state = 'confirmed' and s.starts_at >= :start and s.starts_at < :end
  and s.kind in (select value from json_each(:clinics));

-- # connections_with_resources
-- title: Connections that left resources
-- formula: connections that happened in the range and have at least one resource
-- shape: count
-- people: no
-- unit: connections
select count(distinct d.session_id) as value, count(distinct d.session_id) as base, 0 as missing
from resources d join sessions s on s.id = d.session_id
where s.starts_at >= :start and s.starts_at < :end and s.kind in (select value from json_each(:connections))
  and exists (select 1 from attended a where a.session_id = s.id);

-- # resources
-- title: Resources
-- formula: resources of sessions of the range, without translations
-- shape: count
-- people: no
-- unit: resources
select count(*) as value, count(*) as base, 0 as missing
from resources d join sessions s on s.id = d.session_id
where s.starts_at >= :start and s.starts_at < :end and d.kind <> 'translation';

-- # resources_by_kind
-- title: Resources by kind
-- formula: resources of sessions of the range
-- shape: partition
-- people: no
-- unit: resources
select replace(d.kind, '_', ' ') as label, count(*) as n, sum(count(*)) over () as base, 0 as missing
from resources d join sessions s on s.id = d.session_id
where s.starts_at >= :start and s.starts_at < :end
group by d.kind order by n desc, label;

-- # skills_learn
-- title: What people most want to learn
-- formula: registered participants who want to learn the skill, the five most wanted of each category
-- shape: choices
with wanted as (
  select k.category, k.title, count(*) as n,
    rank() over (partition by k.category order by count(*) desc) as place
  from programme_registrations r join participant_skills w on w.participant_id = r.participant_id
  join skills k on k.code = w.skill
  where r.at < :end and w.direction = 'learn' group by k.code
), named as (
  select count(distinct r.participant_id) as n from programme_registrations r
  join participant_skills w on w.participant_id = r.participant_id where r.at < :end and w.direction = 'learn'
)
select title as label, category as grp, wanted.n, named.n as base,
  (select count(*) from programme_registrations where at < :end) - named.n as missing
from wanted, named where place <= 5 order by category, wanted.n desc, title;

-- # skills_share
-- title: What people most want to share
-- formula: registered participants who offer to share the skill, the five most offered of each category
-- shape: choices
with offered as (
  select k.category, k.title, count(*) as n,
    rank() over (partition by k.category order by count(*) desc) as place
  from programme_registrations r join participant_skills w on w.participant_id = r.participant_id
  join skills k on k.code = w.skill
  where r.at < :end and w.direction = 'share' group by k.code
), named as (
  select count(distinct r.participant_id) as n from programme_registrations r
  join participant_skills w on w.participant_id = r.participant_id where r.at < :end and w.direction = 'share'
)
select title as label, category as grp, offered.n, named.n as base,
  (select count(*) from programme_registrations where at < :end) - named.n as missing
from offered, named where place <= 5 order by category, offered.n desc, title;

-- # skills_overlap
-- title: Skills both wanted and offered
-- formula: skills among the five most wanted and the five most offered of their category, each named by enough people
-- shape: table
-- people: no
with counts as (
  select k.category, k.title,
    count(*) filter (where w.direction = 'learn') as learn, count(*) filter (where w.direction = 'share') as share
  from programme_registrations r join participant_skills w on w.participant_id = r.participant_id
  join skills k on k.code = w.skill where r.at < :end group by k.code
), places as (
  select *, rank() over (partition by category order by learn desc) as wanted,
    rank() over (partition by category order by share desc) as offered from counts
)
select title as skill, learn as "want to learn", share as "want to share" from places
where wanted <= 5 and offered <= 5 and learn >= :small and share >= :small order by category, learn desc, title;

-- # coverage
-- title: Prioritised skills that a session was about
-- formula: skills that a set share (report.prioritised) of those who named any want to learn and that a confirmed
-- session of the range was about, of all skills wanted so much
-- shape: share
-- people: no
-- unit: skills
with named as (
  select count(distinct r.participant_id) as n from programme_registrations r
  join participant_skills w on w.participant_id = r.participant_id where r.at < :end and w.direction = 'learn'
), prioritised as (
  select w.skill from programme_registrations r join participant_skills w on w.participant_id = r.participant_id
  where r.at < :end and w.direction = 'learn'
  group by w.skill having count(*) >= :prioritised * (select n from named)
)
select count(*) filter (where exists (
    select 1 from session_skills t join sessions s on s.id = t.session_id
    where t.skill = prioritised.skill and s.state = 'confirmed' and s.starts_at >= :start and s.starts_at < :end
  )) as part, count(*) as base, 0 as missing
from prioritised;
