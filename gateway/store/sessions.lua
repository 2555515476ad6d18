-- What has to happen to sessions of one person, or of several, and to their indexes at one moment.
--
-- KEYS  the index of each person: a sorted set of entries by when sessions began
-- ARGV  'begin', 'change' or 'end'; what keys of records begin with; lifetime in seconds; then
--   begin:  the session's entry, its record, idle seconds, how many sessions there may be at once
--   change: the session's entry as it becomes, the record as it has to be, the record as it becomes
--   end:    what keys begin with that name the session before another, the handles of the sessions
-- An entry is a session's handle and the names of the sets that it belongs to, so that nothing of it stays behind, even
-- where its record ended by itself, or whoever read it knew less of it.
local command, records, lifetime, person = ARGV[1], ARGV[2], tonumber(ARGV[3]), KEYS[1]

local function handle(entry) return string.match(entry, '^%S+') end

local function prolong(index)
  if redis.call('TTL', index) < lifetime then redis.call('EXPIRE', index, lifetime) end
end

local function leave(index, entry)
  for set in string.gmatch(entry, ' (%S+)') do redis.call('SREM', set, handle(entry)) end
  redis.call('ZREM', index, entry)
end

local function enter(entry, began)
  for set in string.gmatch(entry, ' (%S+)') do
    redis.call('SADD', set, handle(entry))
    prolong(set)
  end
  redis.call('ZADD', person, began, entry)
  prolong(person)
end

-- Sessions whose records are gone, because they ended by themselves or just now, are forgotten.
local function sweep(index)
  for _, entry in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    if redis.call('EXISTS', records .. handle(entry)) == 0 then leave(index, entry) end
  end
end

-- The learner of a session became known: in everything else it stays as it is.
local function change(member, expected, record)
  local key = records .. handle(member)
  if redis.call('GET', key) ~= expected then return 0 end
  redis.call('SET', key, record, 'KEEPTTL')
  for _, entry in ipairs(redis.call('ZRANGE', person, 0, -1)) do
    if handle(entry) == handle(member) then
      local began = redis.call('ZSCORE', person, entry)
      leave(person, entry)
      enter(member, began)
    end
  end
  return 1
end

-- The oldest sessions of a person who has too many end.
local function begin(member, record, idle, most)
  local key = records .. handle(member)
  if redis.call('EXISTS', key) == 1 then return 0 end  -- said once more, because its answer was lost
  sweep(person)
  local too_many = redis.call('ZCARD', person) + 1 - most
  local ended = too_many > 0 and redis.call('ZRANGE', person, 0, too_many - 1) or {}
  for _, entry in ipairs(ended) do
    redis.call('DEL', records .. handle(entry))
    leave(person, entry)
  end
  local clock = redis.call('TIME')
  redis.call('SET', key, record, 'EX', idle)
  enter(member, string.format('%.0f', clock[1] * 1000000 + clock[2]))
  return #ended
end

-- With each session those end that it replaced a moment ago, which are the same person's.
local function finish(before, sessions)
  local ended = 0
  for _, session in ipairs(sessions) do
    while session do
      ended = ended + redis.call('DEL', records .. session)
      session = redis.call('GETDEL', before .. session)
    end
  end
  for _, index in ipairs(KEYS) do sweep(index) end
  return ended
end

if command == 'begin' then return begin(ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])) end
if command == 'change' then return change(ARGV[4], ARGV[5], ARGV[6]) end
return finish(ARGV[4], {unpack(ARGV, 5)})
