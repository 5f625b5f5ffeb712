-- Did we manage to promote a good learning culture and environment?

-- # surveys_answered
-- title: Surveys answered
-- formula: requests that were answered, in part or whole, of the requests opened in the range
-- shape: table
-- people: no
select replace(survey, '_', ' ') as survey, count(*) as asked, count(answered_at) as answered, ((200 * count(answered_at) + count(*)) / (2 * count(*))) || ' %' as share
from survey_requests where opened_at >= :start and opened_at < :end group by survey_requests.survey order by survey_requests.survey;

-- # feedback
-- title: Feedback outside surveys
-- formula: entries of the feedback log said in the range, by where they came from
-- shape: partition
-- people: no
-- unit: entries
select source as label, count(*) as n, sum(count(*)) over () as base, 0 as missing
from feedback where said_on >= substr(:start, 1, 10) and said_on < substr(:end, 1, 10)
group by source order by n desc, label;
