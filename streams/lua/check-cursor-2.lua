--[==[
  Tells where the live events stand and whether a cursor is still good: its entry exists, so that
  nothing after it can have been trimmed, or it is the newest. The cursor of an empty stream, 0-0, has
  no entry: it is good while nothing was ever taken out.

  KEYS[1]  events
  KEYS[2]  epoch

  ARGV[1]  epoch to use if there is none
  ARGV[2]  stream id of the cursor

  Output: [epoch, newest id, 1 when the cursor's id is good else 0]
]==]
redis.call('SET', KEYS[2], ARGV[1], 'NX')
local stream = { ['last-generated-id'] = '0-0' }
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    stream[info[i]] = info[i + 1]
  end
end
local newest = stream['last-generated-id']
local good = ARGV[2] == newest or #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) == 1
if ARGV[2] == '0-0' and stream['entries-added'] == stream['length'] then
  good = true
end
return { redis.call('GET', KEYS[2]), newest, good and 1 or 0 }
