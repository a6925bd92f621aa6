-- The scheduled time of the run is also what td_scheduled_time() returns.
select symbol, volume, close, '${date - 1d}' as day
from nasdaq
where symbol = ${env.SYMBOL | sql}
order by time
