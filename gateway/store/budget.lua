-- The budget of TalentLMS calls, decided at one moment by Redis's clock. docs/budget.md draws it.
--
-- KEYS  account  hash: last (number of the latest call), used, ends and hour (calls, end and number of the hour), left
--                and plan (by ratelimit), frozen (until when), limits_at (when ratelimit was last asked)
--       slots    sorted set: a call's number -> when its slot of the 5 seconds becomes free
--       queue    sorted set: a place, which is person:path -> lane and ticket, the moment of first asking; the order of
--                service
--       due      sorted set: a place -> until when a call is kept for it
--       unknown  sorted set: a course or category that TalentLMS does not know -> until when that is believed
--       bucket   string: what the person who asks has spent
--       places   hash: a path -> the ticket of the person's place there, and until when it is good
--       session  string: the session of the person who clicks, if a session is asked for
-- ARGV  one text of words, which is cheaper to send than many: command, seen, how many were answered, (call, age) of
--       each, then what the command takes; `-` is an empty word
-- In front of all this stand the settings: BURST, HOURLY, LONGEST, LIMITS_EVERY, RESERVES, and of one person AT_ONCE, INTERVAL
-- and SHARE. All times are milliseconds.

local account, slots, queue, due, unknown, bucket, places, session =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local words = {}
for word in string.gmatch(ARGV[1], '%S+') do words[#words + 1] = word end
local command, seen, answered = words[1], tonumber(words[2]), tonumber(words[3])
local function word(i)
  local text = words[3 + 2 * answered + i]
  return text ~= '-' and text or nil
end
local function given(i) return tonumber(word(i)) end

local SHORT, HOUR, MARGIN = 5000, 3600000, 1000
local LANE = 10000000000000  -- more than any moment, so that a lane comes before every ticket
local EXPECTED = 200         -- how long a call takes, for estimates only
local GRACE = 3000           -- how long a call is kept for a click that does not come
local LATE = 600000          -- how long a ticket is good for a click that comes later
local POLL = 30000           -- who waits longer than this shows up in between
local LOST = 8000            -- 5 seconds, and the 3 that a call may need to arrive
local SOON = 5000            -- how long to wait before asking again for a ratelimit that was of no use
local PLACES = 10            -- how many a person has at most
local LEAST_SHARE = 20       -- calls of an hour that a person gets in any case
local OVERDRAWN = math.max(AT_ONCE, 20)  -- by how many further calls a click that has begun may overdraw the bucket
local BELIEVED = 10000       -- how long a course that TalentLMS does not know is not asked for
local UNKNOWN = 1000         -- how many such are remembered
local SILENT = 600000        -- how often it is told that the same person is over the limit
local PLENTY = 1000000000
local NO_SESSION, UNKNOWN_ITEM = -1, -2
local LIMITED = BURST > 0 or HOURLY > 0

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local known = {}
if LIMITED then
  known = redis.call('HMGET', account, 'last', 'used', 'ends', 'hour', 'left', 'plan', 'frozen', 'limits_at')
end
local function figure(i) return tonumber(known[i] or '') end
local last, used, ends, hour = figure(1) or 0, figure(2) or 0, figure(3) or 0, figure(4) or 0
local left, plan, frozen, limits_at = figure(5), figure(6), figure(7) or 0, figure(8) or 0

local function whole(number) return string.format('%.0f', number) end

local function save()
  redis.call('HSET', account, 'last', whole(last), 'used', whole(used), 'ends', whole(ends), 'hour', whole(hour),
    'left', left and whole(left) or '', 'plan', plan and whole(plan) or '', 'frozen', whole(frozen), 'limits_at', whole(limits_at))
  redis.call('PEXPIRE', slots, whole(LONGEST + SHORT))  -- none lasts longer; the account stays, or numbers would come again
end

local function under_way()
  return redis.call('ZCOUNT', slots, '(' .. whole(now + SHORT), '+inf')
end

-- Those that are written down as answered become free 5 seconds after the answer.
local function settle()
  for i = 1, answered do
    local call, age = words[2 + 2 * i], tonumber(words[3 + 2 * i])
    if age < SHORT then
      redis.call('ZADD', slots, whole(now - age + SHORT), call)
    else
      redis.call('ZREM', slots, call)
    end
  end
end

local function begin()
  redis.call('ZREMRANGEBYSCORE', slots, '-inf', whole(now))
  if seen > last then
    -- A worker knows of a later call than Redis does, so Redis has lost its memory: nothing is spent until what may
    -- have been spent is behind us, and no number is given twice.
    last = seen + 1000
    frozen = math.max(frozen, now + LOST)
  end
  if now >= ends then
    -- A call that is under way while the hour changes may arrive on either side, so it counts on both.
    used = under_way()
    ends = now + HOUR + MARGIN
    hour = hour + 1
    left = plan and plan - used
    limits_at = 0
  end
  settle()
end

-- What a person has spent: when their bucket is full again, their calls in this hour, and until when nobody needs to be
-- told again that they are over the limit.
local function spent()
  local full, of_hour, calls, silent = string.match(redis.call('GET', bucket) or '', '^(%d+) (%d+) (%d+) (%d+)$')
  return {
    full = math.max(tonumber(full or 0), now),
    calls = tonumber(of_hour or 0) == hour and tonumber(calls) or 0,
    silent = tonumber(silent or 0),
  }
end

local function write_down(mine)
  local lasts = math.max(mine.full - now, mine.silent - now, HOURLY > 0 and HOUR + MARGIN or 0, 1)
  local text = table.concat({whole(mine.full), whole(hour), whole(mine.calls), whole(mine.silent)}, ' ')
  redis.call('SET', bucket, text, 'PX', whole(lasts))
end

local function charge(mine)
  mine.full = mine.full + INTERVAL
  mine.calls = mine.calls + 1
  write_down(mine)
end

-- How long does a person have to wait because of what they have spent? The further calls of a click that has begun may
-- overdraw the bucket, so that a click does not end half-way.
local function pause(mine, further)
  local most, share = AT_ONCE, PLENTY
  if HOURLY > 0 then share = math.max(LEAST_SHARE, math.floor(math.min(HOURLY, plan or HOURLY) * SHARE / 100)) end
  if further then
    most = most + OVERDRAWN
    share = share + OVERDRAWN
  end
  local wait = mine.full + INTERVAL - now - most * INTERVAL
  if mine.calls >= share then wait = math.max(wait, ends - now) end
  return math.max(wait, 0)
end

-- When to ask again, for a click that has so long to wait.
local function back_after(wait) return math.min(wait, math.max(POLL, math.floor(wait / 4))) end

-- A click that did not come in time makes room for the next.
local function pass_over_the_absent()
  for _, place in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', whole(now), 'LIMIT', 0, 100)) do
    redis.call('ZREM', queue, place)
    redis.call('ZREM', due, place)
  end
end

local function ticket_of(path)
  local ticket, good = string.match(path and redis.call('HGET', places, path) or '', '^(%d+) (%d+)$')
  return ticket and tonumber(good) > now and tonumber(ticket)
end

-- Return the score of a place and how many come before it; a newcomer comes after all of the same moment, the further
-- call of a click before them.
local function standing(lane, place, path, asked)
  local rank = place and redis.call('ZRANK', queue, place)
  local kept = rank and tonumber(redis.call('ZSCORE', queue, place))
  if asked > 0 then
    local score = lane * LANE + asked
    if kept and kept <= score then return kept, rank end
    return score, redis.call('ZCOUNT', queue, '-inf', '(' .. whole(score))
  end
  if kept then return kept, rank end
  local score = lane * LANE + (ticket_of(path) or now)
  return score, redis.call('ZCOUNT', queue, '-inf', whole(score))
end

local function give_up(place, path)
  if redis.call('HDEL', places, path) == 1 then
    redis.call('ZREM', queue, place)
    redis.call('ZREM', due, place)
  end
end

-- A place that nobody came for makes room for another path; one that waits never does.
local function has_room(person, path)
  if not person or redis.call('HEXISTS', places, path) == 1 then return true end
  if redis.call('HLEN', places) < PLACES then return true end
  for _, other in ipairs(redis.call('HKEYS', places)) do
    if not redis.call('ZSCORE', queue, person .. ':' .. other) then
      redis.call('HDEL', places, other)
      return true
    end
  end
  return false
end

local function keep(place, path, score, lane, back)
  redis.call('ZADD', queue, whole(score), place)
  redis.call('ZADD', due, whole(now + back + GRACE), place)
  local lasts = math.max(redis.call('PTTL', due), back + GRACE)
  redis.call('PEXPIRE', queue, whole(lasts))
  redis.call('PEXPIRE', due, whole(lasts))
  redis.call('HSET', places, path, whole(score - lane * LANE) .. ' ' .. whole(now + back + LATE))
  redis.call('PEXPIRE', places, whole(math.max(redis.call('PTTL', places), back + LATE)))
end

-- When will a slot be free for a click with so many before it? The slots are given out in the order in which they
-- become free; one that was given out comes round again after 5 seconds and a call's time.
local function moment(before, before_in_hour, free, credit)
  local at, rounds, cycle = now + 50, 0, SHORT + EXPECTED
  if BURST > 0 then
    local index = before % BURST
    rounds = math.floor(before / BURST)
    if index >= free then
      local score = redis.call('ZRANGE', slots, whole(index - free), whole(index - free), 'WITHSCORES')[2]
      at = math.max(at, tonumber(score))
      if at > now + SHORT then at = math.max(at - LONGEST + EXPECTED, now + SHORT) end
    end
    at = at + rounds * cycle
  end
  if frozen > now then at = math.max(at, frozen + rounds * cycle) end
  if before_in_hour >= credit then
    local behind = before_in_hour - math.max(credit, 0)
    at = math.max(at, ends + (BURST > 0 and math.floor(behind / BURST) * cycle or 0))
  end
  return at
end

local function refused_for_the_person(mine, wait, place, path)
  local first = now >= mine.silent
  if first then
    mine.silent = now + SILENT
    write_down(mine)
  end
  if place then give_up(place, path) end
  return {0, wait, back_after(wait), 0, last, 0, first and 2 or 1}
end

local function admit()
  local lane, idle, asked, person, path, item = given(1), given(2), given(3), word(4), word(5), word(6)
  local place = path and (person or '') .. ':' .. path
  local record = false
  if session then
    record = redis.call('GETEX', session, 'EX', idle)
    if not record then return {NO_SESSION, 0, 0, 0, last, 0, 0} end
  end
  if item and tonumber(redis.call('ZSCORE', unknown, item) or 0) > now then
    return {UNKNOWN_ITEM, 0, 0, 0, last, 0, 0, record}
  end
  local mine = person and AT_ONCE > 0 and spent()
  local own_wait = mine and pause(mine, asked > 0) or 0
  if own_wait > 0 then return refused_for_the_person(mine, own_wait, place, path) end
  if not LIMITED then
    if mine then charge(mine) end
    return {1, 0, 0, 0, last, asked > 0 and asked or now, 0, record}
  end

  pass_over_the_absent()
  local reserve, reserve_in_hour = RESERVES[lane + 1][1], RESERVES[lane + 1][2]
  local limits_due = (HOURLY > 0 and now - limits_at >= LIMITS_EVERY) and 1 or 0
  local free, credit = PLENTY, PLENTY
  if BURST > 0 then free = BURST - redis.call('ZCARD', slots) end
  if HOURLY > 0 then credit = math.min(HOURLY - used, left or PLENTY) end
  local score, before = nil, 0
  if redis.call('ZCARD', queue) > 0 then score, before = standing(lane, place, path, asked) end

  if now >= frozen and before + reserve < free and before + reserve_in_hour < credit then
    last = last + 1
    used = used + 1
    left = left and left - 1
    redis.call('ZADD', slots, whole(now + LONGEST + SHORT), whole(last))
    if mine then charge(mine) end
    if place then give_up(place, path) end
    if asked == 0 then asked = score and score - lane * LANE or now end
    return {last, 0, 0, limits_due, last, asked, 0, record}
  end

  local wait = moment(before + reserve, before + reserve_in_hour, free, credit) - now
  local back = back_after(wait)
  if place and has_room(person, path) then
    if not score then score = standing(lane, place, path, asked) end
    keep(place, path, score, lane, back)
  end
  return {0, wait, back, limits_due, last, 0, 0}
end

-- A call that was never made costs nothing.
local function give_back()
  if LIMITED and redis.call('ZREM', slots, word(1)) == 1 then
    used = used - 1
    left = left and left + 1
  end
  if word(2) and AT_ONCE > 0 then
    local mine = spent()
    mine.full = mine.full - INTERVAL
    mine.calls = math.max(mine.calls - 1, 0)
    write_down(mine)
  end
  return {last}
end

-- TalentLMS does not know a course or category: nobody asks for it again for a while.
local function remember_unknown()
  redis.call('ZREMRANGEBYSCORE', unknown, '-inf', whole(now))
  if redis.call('ZCARD', unknown) >= UNKNOWN then redis.call('ZPOPMIN', unknown) end
  redis.call('ZADD', unknown, whole(now + BELIEVED), word(1))
  redis.call('PEXPIRE', unknown, BELIEVED)
  return {last}
end

-- TalentLMS throttled: nobody calls for a while, and somebody asks what is left of the hour. No limit of TalentLMS's is
-- longer than an hour; what says so, perhaps a proxy, is believed for an hour and then asked again.
local function freeze()
  frozen = math.max(frozen, now + math.min(given(1), HOUR))
  limits_at = 0
  return {last}
end

-- One worker at a time asks for the ratelimit.
local function may_ask()
  if now - limits_at < LIMITS_EVERY then return {0, 0, 0} end
  limits_at = now
  return {1, last, under_way()}
end

-- What TalentLMS has counted; and besides all that was under way when it was asked, and all that began since. An hour
-- that is over already, by a clock that goes differently or because TalentLMS begins its hours late, tells of the plan
-- only: what was left of it says nothing about the hour that has begun.
local function note_limits()
  local limit, remaining, reset, then_under_way, then_last = given(1), given(2), given(3), given(4), given(5)
  plan = limit
  if reset > 0 and reset <= now then
    left = plan - used
    limits_at = now - LIMITS_EVERY + SOON
    return {last}
  end
  left = remaining - then_under_way - (last - then_last)
  used = math.min(used, math.max(limit - left, 0))
  if reset > now then ends = math.min(reset, now + HOUR) + MARGIN end
  return {last}
end

local commands = {
  admit = admit, give_back = give_back, remember_unknown = remember_unknown, freeze = freeze, may_ask = may_ask,
  note_limits = note_limits, settle = function() return {last} end,
}
if LIMITED then begin() end
local answer = commands[command]()
if LIMITED then save() end
return answer
