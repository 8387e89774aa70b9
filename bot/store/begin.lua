-- Counts one more attempt at an intent; 0 where it is done or too old.
--
-- KEYS  intent, open
-- ARGV  delivery

if redis.call('EXISTS', KEYS[1]) == 0 then
    redis.call('ZREM', KEYS[2], ARGV[1])
    return 0
end
return redis.call('HINCRBY', KEYS[1], 'attempts', 1)
