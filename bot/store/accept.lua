-- Claims a delivery and writes its intent down, both or neither.
--
-- KEYS  seen, counted, intent, way_back, open
-- ARGV  claim, delivery, record, sealed way back, limit, deadline (ms of Redis' clock, 0: none),
--       then the lifetimes in seconds: seen, counted, words, way back
--
-- The claim is new with every call of the bot, but the same when redis-py sends the call a second
-- time because the first answer got lost: then the outcome must be the same, too.
-- A call whose caller has given up waiting has no effect: he has told the person so.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local seen = redis.call('GET', KEYS[1])
if seen then
    local outcome, claim = string.match(seen, '^(%a+):(.*)$')
    if outcome == 'new' and claim ~= ARGV[1] then
        outcome = 'seen'
    end
    return {outcome, now}
end

local deadline = tonumber(ARGV[6])
if deadline > 0 and now > deadline then
    return {'late', now}
end

local counted = tonumber(redis.call('GET', KEYS[2]) or '0')
if counted >= tonumber(ARGV[5]) then
    redis.call('SET', KEYS[1], 'limited:' .. ARGV[1], 'EX', ARGV[7])
    return {'limited', now}
end

redis.call('INCR', KEYS[2])
if counted == 0 then
    redis.call('EXPIRE', KEYS[2], ARGV[8])
end
redis.call('SET', KEYS[1], 'new:' .. ARGV[1], 'EX', ARGV[7])
redis.call('HSET', KEYS[3], 'record', ARGV[3], 'attempts', 0)
redis.call('EXPIRE', KEYS[3], ARGV[9])
if ARGV[4] ~= '' then
    redis.call('SET', KEYS[4], ARGV[4], 'EX', ARGV[10])
end
redis.call('ZADD', KEYS[5], now, ARGV[2])
redis.call('EXPIRE', KEYS[5], ARGV[9])
return {'new', now}
