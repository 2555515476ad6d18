-- Begin a session, at one moment: the oldest ones of a person who has too many end, and what ended by itself is
-- forgotten.
--
-- KEYS  the session; its person's index, a sorted set by when sessions began; the sets that it belongs to
-- ARGV  record, idle seconds, lifetime, how many there may be at once, the session's handle, what keys of sessions
--       begin with
-- A member of the person's index is a session's handle and the names of its sets, so that nothing of it stays behind,
-- even where its record ended by itself.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end  -- said once more, because its answer was lost
local person, lifetime, most, handle = KEYS[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]

local function key(member) return ARGV[6] .. string.match(member, '^%S+') end

local function forget(member)
  local words = string.gmatch(member, '%S+')
  local old = words()
  for set in words do redis.call('SREM', set, old) end
  redis.call('ZREM', person, member)
end

for _, member in ipairs(redis.call('ZRANGE', person, 0, -1)) do
  if redis.call('EXISTS', key(member)) == 0 then forget(member) end
end
local too_many = redis.call('ZCARD', person) + 1 - most
local ended = too_many > 0 and redis.call('ZRANGE', person, 0, too_many - 1) or {}
for _, member in ipairs(ended) do
  redis.call('DEL', key(member))
  forget(member)
end

local clock, words = redis.call('TIME'), {handle}
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
for i = 3, #KEYS do
  redis.call('SADD', KEYS[i], handle)
  words[#words + 1] = KEYS[i]
end
redis.call('ZADD', person, string.format('%.0f', clock[1] * 1000000 + clock[2]), table.concat(words, ' '))
for i = 2, #KEYS do
  if redis.call('TTL', KEYS[i]) < lifetime then redis.call('EXPIRE', KEYS[i], lifetime) end
end
return #ended
