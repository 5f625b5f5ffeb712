-- Is it useful for participants, and are they motivated to continue?

-- # clinics_met_expectations
-- title: Learning clinics: expectations met
-- formula: answers "yes" to "Did the session meet your expectations?", of all answers about clinics of the range
-- shape: share
-- unit: answers
select count(*) filter (where a.value = 'yes') as part, count(a.value) as base, count(*) - count(a.value) as missing
from responses r
join sessions s on s.id = r.session_id and s.starts_at >= :start and s.starts_at < :end
left join response_answers a on a.response_id = r.id and a.question = 'met_expectations'
where s.kind in (select value from json_each(:clinics))
  and exists (select 1 from json_each(r.asked) q where q.value = 'met_expectations');

-- # clinics_rating
-- title: Learning clinics: rating
-- formula: mean of the ratings from 1 to 5 of clinics of the range
-- shape: mean
-- unit: answers
select avg(cast(a.value as integer)) as value, count(a.value) as base, count(*) - count(a.value) as missing
from responses r
join sessions s on s.id = r.session_id and s.starts_at >= :start and s.starts_at < :end
left join response_answers a on a.response_id = r.id and a.question = 'rating'
where s.kind in (select value from json_each(:clinics))
  and exists (select 1 from json_each(r.asked) q where q.value = 'rating');

-- # clinics_documents_useful
-- title: Learning clinics: documents useful
-- formula: answers "yes" to "Were the documents that we shared useful to you?", of all answers about clinics
-- shape: share
-- unit: answers
select count(*) filter (where a.value = 'yes') as part, count(a.value) as base, count(*) - count(a.value) as missing
from responses r
join sessions s on s.id = r.session_id and s.starts_at >= :start and s.starts_at < :end
left join response_answers a on a.response_id = r.id and a.question = 'documents_useful'
where s.kind in (select value from json_each(:clinics))
  and exists (select 1 from json_each(r.asked) q where q.value = 'documents_useful');

-- # clinics_shared_on
-- title: Learning clinics: passed on to others
-- formula: of those who found the documents useful and said whether they shared what they learned, those who did
-- shape: share
-- unit: answers
select count(*) filter (where b.value = 'yes') as part, count(b.value) as base, count(*) - count(b.value) as missing
from responses r
join sessions s on s.id = r.session_id and s.starts_at >= :start and s.starts_at < :end
join response_answers a on a.response_id = r.id and a.question = 'documents_useful' and a.value = 'yes'
left join response_answers b on b.response_id = r.id and b.question = 'shared_on'
where s.kind in (select value from json_each(:clinics))
  and exists (select 1 from json_each(r.asked) q where q.value = 'shared_on');

-- # connections_feedback
-- title: Connections: people who gave feedback
-- formula: responses about connections that happened in the range, of the people who took part in them
-- shape: share
select
  (select count(*) from responses r join sessions s on s.id = r.session_id
   where s.kind in (select value from json_each(:connections)) and s.starts_at >= :start and s.starts_at < :end
     and exists (select 1 from attended t where t.session_id = s.id)) as part,
  count(*) as base, 0 as missing
from attended
where kind in (select value from json_each(:connections)) and starts_at >= :start and starts_at < :end;

-- # connections_documents_useful
-- title: Connections: documents useful
-- formula: answers "yes" to "Were the documents that were shared useful to you?", of all answers about connections
-- shape: share
-- unit: answers
select count(*) filter (where a.value = 'yes') as part, count(a.value) as base, count(*) - count(a.value) as missing
from responses r
join sessions s on s.id = r.session_id and s.starts_at >= :start and s.starts_at < :end
left join response_answers a on a.response_id = r.id and a.question = 'documents_useful'
where s.kind in (select value from json_each(:connections))
  and exists (select 1 from json_each(r.asked) q where q.value = 'documents_useful');

-- # connections_follow_up
-- title: Connections: another meeting wanted
-- formula: answers "yes" to "Would you like another meeting?", of all answers about connections of the range
-- shape: share
-- unit: answers
select count(*) filter (where a.value = 'yes') as part, count(a.value) as base, count(*) - count(a.value) as missing
from responses r
join sessions s on s.id = r.session_id and s.starts_at >= :start and s.starts_at < :end
left join response_answers a on a.response_id = r.id and a.question = 'follow_up'
where s.kind in (select value from json_each(:connections))
  and exists (select 1 from json_each(r.asked) q where q.value = 'follow_up');

-- # practised
-- title: Used what was learned
-- formula: answers "yes" to "Did you use it?" in practice checks about sessions of the range, whichever check
-- shape: share
-- unit: answers
select count(*) filter (where a.value = 'yes') as part, count(a.value) as base, count(*) - count(a.value) as missing
from responses r
join sessions s on s.id = r.session_id and s.starts_at >= :start and s.starts_at < :end
left join response_answers a on a.response_id = r.id and a.question = 'used_it'
where exists (select 1 from json_each(r.asked) q where q.value = 'used_it');
