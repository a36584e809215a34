--[==[
  What is waiting in one partition, without walking any backlog: of the pending entries only the oldest
  few are looked at one by one.

  KEYS[1]  delayed
  KEYS[2…] streams

  ARGV[1]  group
  ARGV[2]  consumer that owns entries waiting for their next try
  ARGV[3]  now, epoch milliseconds
  ARGV[4]  most pending entries to look at in each stream

  Output: [delayed wake-ups, earliest due time in epoch milliseconds or '',
           per stream [unread or -1 when Redis cannot tell, pending, waiting for a try,
                       lowest pending id or '', first unread id or '', length, pending looked at,
                       of those younger than 1 s, 10 s, 60 s, older; tried once, twice, 3-4 times, more]]
]==]
local earliest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local result = { redis.call('ZCARD', KEYS[1]), earliest[2] or '' }

local function groupOf(key)
  if redis.call('EXISTS', key) == 0 then
    return nil
  end
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    local info = {}
    for i = 1, #group, 2 do
      info[group[i]] = group[i + 1]
    end
    if info['name'] == ARGV[1] then
      return info
    end
  end
  return nil
end

local function lookAt(key)
  local looked, ages, tries = 0, { 0, 0, 0, 0 }, { 0, 0, 0, 0 }
  for _, row in ipairs(redis.call('XPENDING', key, ARGV[1], '-', '+', ARGV[4])) do
    looked = looked + 1
    local age = tonumber(ARGV[3]) - tonumber(string.match(row[1], '^(%d+)'))
    local a = (age < 1000 and 1) or (age < 10000 and 2) or (age < 60000 and 3) or 4
    ages[a] = ages[a] + 1
    local t = (row[4] <= 1 and 1) or (row[4] == 2 and 2) or (row[4] <= 4 and 3) or 4
    tries[t] = tries[t] + 1
  end
  return looked, ages, tries
end

for i = 2, #KEYS do
  local key = KEYS[i]
  local group = groupOf(key)
  local length = redis.call('XLEN', key)
  local unread, pending, waiting, lowest, after = length, 0, 0, '', '-'
  local looked, ages, tries = 0, { 0, 0, 0, 0 }, { 0, 0, 0, 0 }
  if group then
    unread = group['lag'] or -1
    after = '(' .. group['last-delivered-id']
    local summary = redis.call('XPENDING', key, ARGV[1])
    pending, lowest = summary[1], summary[2] or ''
    for _, owner in ipairs(summary[4] or {}) do
      if owner[1] == ARGV[2] then
        waiting = tonumber(owner[2])
      end
    end
    if pending > 0 then
      looked, ages, tries = lookAt(key)
    end
  end
  local first = redis.call('XRANGE', key, after, '+', 'COUNT', 1)[1]
  result[#result + 1] = { unread, pending, waiting, lowest, first and first[1] or '', length, looked,
    ages[1], ages[2], ages[3], ages[4], tries[1], tries[2], tries[3], tries[4] }
end
return result
