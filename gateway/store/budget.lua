-- The budget of TalentLMS calls, decided at one moment by Redis's clock. docs/budget.md draws it.
--
-- KEYS  account  hash: last (number of the latest call), used and ends (of the hour), left and plan (by ratelimit),
--                frozen (until when), fed (when ratelimit was last asked)
--       slots    sorted set: a call's number -> when its slot of the 5 seconds becomes free
--       queue    sorted set: a place -> lane and ticket, the moment of first asking; the order of service
--       due      sorted set: a place -> until when its turn is kept for it
--       ticket   string: the ticket of the place that asks; it outlives the place for a while
--       voucher  string: the record that vouches for a click, if any
-- ARGV  one text of words, which is cheaper to send than many: deed, seen, how many were answered, (call, age) of each,
--       then what the deed takes
-- In front of all this stand the settings: BURST, HOURLY, LONGEST, FEED, RESERVES. All times are milliseconds.

local account, slots, queue, due, ticket, voucher = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local words = {}
for word in string.gmatch(ARGV[1], '%S+') do words[#words + 1] = word end
local deed, seen, answered = words[1], tonumber(words[2]), tonumber(words[3])
local function word(i) return words[3 + 2 * answered + i] end
local function given(i) return tonumber(word(i)) end

local SHORT, HOUR, MARGIN = 5000, 3600000, 1000
local LANE = 10000000000000  -- more than any moment, so that a lane comes before every ticket
local EXPECTED = 200         -- how long a call takes, for estimates only
local GRACE = 3000           -- how long a turn waits for whoever does not come
local LATE = 600000          -- how long a ticket outlives its turn
local AGAIN = 15000          -- how long it is good for other calls of the same click, and for other tabs
local POLL = 30000           -- who waits longer than this shows up in between
local LOST = 8000            -- 5 seconds, and the 3 that a call may need to arrive
local SOON = 5000            -- how long to wait before asking again for a ratelimit that was of no use
local PLENTY = 1000000000

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local known = redis.call('HMGET', account, 'last', 'used', 'ends', 'left', 'plan', 'frozen', 'fed')
local function figure(i) return tonumber(known[i] or '') end
local last, used, ends = figure(1) or 0, figure(2) or 0, figure(3) or 0
local left, plan, frozen, fed = figure(4), figure(5), figure(6) or 0, figure(7) or 0

local function whole(number) return string.format('%.0f', number) end

local function save()
  redis.call('HSET', account, 'last', whole(last), 'used', whole(used), 'ends', whole(ends),
    'left', left and whole(left) or '', 'plan', plan and whole(plan) or '', 'frozen', whole(frozen), 'fed', whole(fed))
end

local function under_way()
  return redis.call('ZCOUNT', slots, '(' .. whole(now + SHORT), '+inf')
end

-- Those that are written down as answered become free 5 seconds after the answer; a call that was never made has a
-- negative age and costs nothing.
local function settle()
  for i = 1, answered do
    local call, age = words[2 + 2 * i], tonumber(words[3 + 2 * i])
    if age >= 0 and age < SHORT then
      redis.call('ZADD', slots, whole(now - age + SHORT), call)
    elseif redis.call('ZREM', slots, call) == 1 and age < 0 then
      used = used - 1
      left = left and left + 1
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
    -- A call that is under way while the hour turns may arrive on either side, so it counts on both.
    used = under_way()
    ends = now + HOUR + MARGIN
    left = plan and plan - used
    fed = 0
  end
  settle()
end

-- Whoever did not come at their time makes room for the next.
local function pass_over_the_absent()
  for _, place in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', whole(now), 'LIMIT', 0, 100)) do
    redis.call('ZREM', queue, place)
    redis.call('ZREM', due, place)
  end
end

-- Return the score of a place and how many come before it; a newcomer comes after all of the same moment.
local function standing(lane, place)
  local before = place ~= '' and redis.call('ZRANK', queue, place)
  if before then return tonumber(redis.call('ZSCORE', queue, place)), before end
  local first_asked = place ~= '' and redis.call('GET', ticket)
  local score = lane * LANE + (tonumber(first_asked or '') or now)
  return score, redis.call('ZCOUNT', queue, '-inf', whole(score))
end

-- When is it the turn of whoever has so many before them? The slots are given out in the order in which they become
-- free; one that was given out comes round again after 5 seconds and a call's time.
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

local function claim()
  local lane, idle, place = given(1), given(2), word(3) or ''
  local reserve, reserve_in_hour = RESERVES[lane + 1][1], RESERVES[lane + 1][2]
  local record = false
  if voucher then
    record = redis.call('GETEX', voucher, 'EX', idle)
    if not record then return {-1, 0, 0, 0, last} end
  end
  pass_over_the_absent()

  local feed_due = (HOURLY > 0 and now - fed >= FEED) and 1 or 0
  local free, credit = PLENTY, PLENTY
  if BURST > 0 then free = BURST - redis.call('ZCARD', slots) end
  if HOURLY > 0 then credit = math.min(HOURLY - used, left or PLENTY) end
  local score, before = nil, 0
  if redis.call('ZCARD', queue) > 0 then score, before = standing(lane, place) end

  if now >= frozen and before + reserve < free and before + reserve_in_hour < credit then
    last = last + 1
    used = used + 1
    left = left and left - 1
    redis.call('ZADD', slots, whole(now + LONGEST + SHORT), whole(last))
    if score and redis.call('ZREM', queue, place) == 1 then
      redis.call('ZREM', due, place)
      redis.call('PEXPIRE', ticket, AGAIN)
    end
    return {last, 0, 0, feed_due, last, record}
  end

  local wait = moment(before + reserve, before + reserve_in_hour, free, credit) - now
  local back = math.min(wait, math.max(POLL, math.floor(wait / 4)))
  if place ~= '' then
    if not score then score = standing(lane, place) end
    redis.call('ZADD', queue, whole(score), place)
    redis.call('ZADD', due, whole(now + back + GRACE), place)
    redis.call('SET', ticket, whole(score - lane * LANE), 'PX', whole(back + LATE))
  end
  return {0, wait, back, feed_due, last}
end

-- TalentLMS throttled: nobody calls for a while, and somebody asks what is left of the hour. No limit of TalentLMS's is
-- longer than an hour; whoever says so, a proxy in between perhaps, is believed for an hour and then asked again.
local function freeze()
  frozen = math.max(frozen, now + math.min(given(1), HOUR))
  fed = 0
  return {last}
end

-- One worker at a time asks for the ratelimit.
local function may_ask()
  if now - fed < FEED then return {0, 0, 0} end
  fed = now
  return {1, last, under_way()}
end

-- What TalentLMS has counted; and besides all that was under way when it was asked, and all that began since. An hour
-- that is over already, by a clock that goes differently or because TalentLMS begins its hours late, tells of the plan
-- only: what was left of it says nothing about the hour that has begun.
local function feed()
  local limit, remaining, reset, then_under_way, then_last = given(1), given(2), given(3), given(4), given(5)
  plan = limit
  if reset > 0 and reset <= now then
    left = plan - used
    fed = now - FEED + SOON
    return {last}
  end
  left = remaining - then_under_way - (last - then_last)
  used = math.min(used, math.max(limit - left, 0))
  if reset > now then ends = math.min(reset, now + HOUR) + MARGIN end
  return {last}
end

local deeds = {
  claim = claim, freeze = freeze, may_ask = may_ask, feed = feed, settle = function() return {last} end,
}
begin()
local answer = deeds[deed]()
save()
return answer
