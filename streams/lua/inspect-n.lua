--[==[
  What is waiting in one partition, without walking any backlog.

  KEYS[1]  delayed
  KEYS[2…] streams

  ARGV[1]  group
  ARGV[2]  consumer that owns entries waiting for their next try

  Output: [delayed wake-ups, earliest due time in epoch milliseconds or '',
           per stream [unread or -1 when Redis cannot tell, pending, waiting for a try,
                       lowest pending id or '', first unread id or '']]
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

for i = 2, #KEYS do
  local key = KEYS[i]
  local group = groupOf(key)
  local unread, pending, waiting, lowest, after = redis.call('XLEN', key), 0, 0, '', '-'
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
  end
  local first = redis.call('XRANGE', key, after, '+', 'COUNT', 1)[1]
  result[#result + 1] = { unread, pending, waiting, lowest, first and first[1] or '' }
end
return result
