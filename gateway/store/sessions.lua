-- What has to happen to a session and to its indexes at one moment.
--
-- KEYS  the session's record; its person's index, a sorted set by when sessions began
-- ARGV  'begin' or 'change'; the session's entry in the person's index; lifetime in seconds; then
--   begin:  record, idle seconds, how many sessions there may be at once, what keys of records begin with
--   change: the record as it has to be, the record as it becomes
-- An entry is a session's handle and the names of the sets that it belongs to, so that nothing of it stays behind, even
-- where its record ended by itself.
local person, member, lifetime = KEYS[2], ARGV[2], tonumber(ARGV[3])

local function handle(entry) return string.match(entry, '^%S+') end

local function prolong(index)
  if redis.call('TTL', index) < lifetime then redis.call('EXPIRE', index, lifetime) end
end

local function leave(entry)
  for set in string.gmatch(entry, ' (%S+)') do redis.call('SREM', set, handle(entry)) end
  redis.call('ZREM', person, entry)
end

local function enter(entry, began)
  for set in string.gmatch(entry, ' (%S+)') do
    redis.call('SADD', set, handle(entry))
    prolong(set)
  end
  redis.call('ZADD', person, began, entry)
  prolong(person)
end

-- The learner of a session became known: in everything else it stays as it is.
local function change(expected, record)
  if redis.call('GET', KEYS[1]) ~= expected then return 0 end
  redis.call('SET', KEYS[1], record, 'KEEPTTL')
  for _, entry in ipairs(redis.call('ZRANGE', person, 0, -1)) do
    if handle(entry) == handle(member) then
      local began = redis.call('ZSCORE', person, entry)
      leave(entry)
      enter(member, began)
    end
  end
  return 1
end

-- The oldest sessions of a person who has too many end, and what ended by itself is forgotten.
local function begin(record, idle, most, prefix)
  if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end  -- said once more, because its answer was lost
  for _, entry in ipairs(redis.call('ZRANGE', person, 0, -1)) do
    if redis.call('EXISTS', prefix .. handle(entry)) == 0 then leave(entry) end
  end
  local too_many = redis.call('ZCARD', person) + 1 - most
  local ended = too_many > 0 and redis.call('ZRANGE', person, 0, too_many - 1) or {}
  for _, entry in ipairs(ended) do
    redis.call('DEL', prefix .. handle(entry))
    leave(entry)
  end
  local clock = redis.call('TIME')
  redis.call('SET', KEYS[1], record, 'EX', idle)
  enter(member, string.format('%.0f', clock[1] * 1000000 + clock[2]))
  return #ended
end

if ARGV[1] == 'begin' then return begin(ARGV[4], ARGV[5], tonumber(ARGV[6]), ARGV[7]) end
return change(ARGV[4], ARGV[5])
