-- Did community members promote community participation in the programme?

-- # registered
-- title: Registered participants
-- formula: people who registered for the programme before the end of the range
-- shape: count
select count(*) as value, count(*) as base, 0 as missing
from programme_registrations where at < :end;

-- # registered_new
-- title: Registered in this range
-- formula: people who registered for the programme within the range
-- shape: count
select count(*) as value, count(*) as base, 0 as missing
from programme_registrations where at >= :start and at < :end;

-- # countries
-- title: Countries
-- formula: different countries of registered participants
-- shape: count
-- unit: countries
select count(distinct nullif(p.country, '')) as value, count(nullif(p.country, '')) as base,
  count(*) - count(nullif(p.country, '')) as missing
from programme_registrations r join participants p on p.id = r.participant_id where r.at < :end;

-- # languages
-- title: Languages
-- formula: different languages that registered participants named, variants of one language counted once
-- shape: count
-- unit: languages
select
  (select count(distinct substr(l.value || '-', 1, instr(l.value || '-', '-') - 1))
   from programme_registrations r join participants p on p.id = r.participant_id, json_each(p.languages) l
   where r.at < :end) as value,
  count(*) filter (where json_array_length(p.languages) > 0) as base,
  count(*) filter (where json_array_length(p.languages) = 0) as missing
from programme_registrations r join participants p on p.id = r.participant_id where r.at < :end;

-- # wikis
-- title: Wikis
-- formula: different home wikis that registered participants named
-- shape: count
-- unit: wikis
select
  (select count(distinct lower(w.value))
   from programme_registrations r join participants p on p.id = r.participant_id, json_each(p.home_wikis) w
   where r.at < :end) as value,
  count(*) filter (where json_array_length(p.home_wikis) > 0) as base,
  count(*) filter (where json_array_length(p.home_wikis) = 0) as missing
from programme_registrations r join participants p on p.id = r.participant_id where r.at < :end;

-- # by_region
-- title: Participants by region
-- formula: registered participants by the region of their country (config/regions.toml)
-- shape: partition
with people as (
  select coalesce(json_extract(:regions, '$."' || p.country || '"'), '') as region
  from programme_registrations r join participants p on p.id = r.participant_id where r.at < :end
)
select region as label, count(*) as n, (select count(*) from people where region <> '') as base,
  (select count(*) from people where region = '') as missing
from people where region <> '' group by region order by n desc, label;

-- # by_country
-- title: Participants by country
-- formula: registered participants by country
-- shape: partition
-- labels: country
with people as (
  select p.country, json_extract(:regions, '$."' || p.country || '"') as region
  from programme_registrations r join participants p on p.id = r.participant_id where r.at < :end
)
select country as label, region as grp, count(*) as n, (select count(*) from people where country <> '') as base,
  (select count(*) from people where country = '') as missing
from people where country <> '' group by country order by n desc, label;

-- # by_language
-- title: Participants by language
-- formula: registered participants who named the language; one person may name several
-- shape: choices
-- labels: language
with spoken as (
  select distinct r.participant_id, substr(l.value || '-', 1, instr(l.value || '-', '-') - 1) as language
  from programme_registrations r join participants p on p.id = r.participant_id, json_each(p.languages) l
  where r.at < :end
)
select language as label, count(*) as n, (select count(distinct participant_id) from spoken) as base,
  (select count(*) from programme_registrations where at < :end)
    - (select count(distinct participant_id) from spoken) as missing
from spoken group by language order by n desc, label;

-- # by_wiki
-- title: Participants by wiki
-- formula: registered participants who named the home wiki; one person may name several
-- shape: choices
with homes as (
  select distinct r.participant_id, lower(w.value) as wiki
  from programme_registrations r join participants p on p.id = r.participant_id, json_each(p.home_wikis) w
  where r.at < :end
)
select wiki as label, count(*) as n, (select count(distinct participant_id) from homes) as base,
  (select count(*) from programme_registrations where at < :end)
    - (select count(distinct participant_id) from homes) as missing
from homes group by wiki order by n desc, label;

-- # tenure
-- title: Time in the movement
-- formula: registered participants by what they chose for how long they have been in the movement
-- shape: partition
-- note: The question came later than the form; who registered before is missing until they are asked.
with people as (
  select trim(p.tenure) as tenure
  from programme_registrations r join participants p on p.id = r.participant_id where r.at < :end
)
select tenure as label, count(*) as n, (select count(*) from people where tenure <> '') as base,
  (select count(*) from people where tenure = '') as missing
from people where tenure <> '' group by tenure order by n desc, label;

-- # interests
-- title: Topics of interest
-- formula: registered participants who chose the topic; one person may choose several
-- shape: choices
with recursive said as (
  select distinct g.participant_id, replace(a.value, ';', ',') as value
  from programme_registrations g
  join registrations r on r.participant_id = g.participant_id and r.session_id is null
  join answers a on a.registration_id = r.id
  where g.at < :end and trim(a.value) <> ''
    and exists (select 1 from json_each(:interests) q where substr(a.question, 1, length(q.value)) = q.value)
), pieces (participant_id, piece, rest) as (
  select participant_id, '', value || ',' from said
  union all
  select participant_id, trim(substr(rest, 1, instr(rest, ',') - 1)), substr(rest, instr(rest, ',') + 1)
  from pieces where rest <> ''
)
select piece as label, count(distinct participant_id) as n, (select count(distinct participant_id) from said) as base,
  (select count(*) from programme_registrations where at < :end)
    - (select count(distinct participant_id) from said) as missing
from pieces where piece <> '' group by piece order by n desc, label;

-- # participation
-- title: Sessions that registered participants took part in
-- formula: registered participants by the number of sessions of any kind in the range that they attended
-- shape: partition
-- note: "Two or more" is what the pilot's "more than two" can only mean: with 42 % who attended none and 38 % who
-- attended one, 20 % are left for everything from two up.
with people as (
  select r.participant_id, count(distinct a.session_id) as sessions
  from programme_registrations r
  left join attended a on a.participant_id = r.participant_id and a.starts_at >= :start and a.starts_at < :end
  where r.at < :end group by r.participant_id
), steps (position, label, low, high) as (
  values (1, 'none', 0, 0), (2, 'one', 1, 1), (3, 'two or more', 2, 1000000)
)
select label, count(people.participant_id) as n, (select count(*) from people) as base, 0 as missing
from steps left join people on people.sessions between low and high group by position order by position;

-- # registered_as
-- title: Registered alone or with a group
-- formula: registered participants by how they registered
-- shape: partition
select case as_group when 0 then 'as individuals' else 'with a group' end as label, count(*) as n,
  (select count(*) from programme_registrations where at < :end) as base, 0 as missing
from programme_registrations where at < :end group by as_group order by n desc, label;
