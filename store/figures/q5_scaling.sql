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
