-- Lists the deliveries whose intents are not done, oldest first; forgets those that are too old.
--
-- KEYS  open
-- ARGV  lifetime of an intent in seconds, how many at most

local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', (now - tonumber(ARGV[1])) * 1000)
return redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[2]) - 1)
