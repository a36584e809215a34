--[==[
  Moves wake-ups that are due from the delayed set into their streams, earliest first. Any number of
  processes may run it at once. A wake-up for a stream this version does not know is put back for
  later: a newer process may know it.

  KEYS[1]  delayed (sorted set: score = due time in epoch milliseconds, member = "<stream>\n<JSON>")
  KEYS[2…] streams

  ARGV[1]  now, epoch milliseconds
  ARGV[2]  most wake-ups to move
  ARGV[3]  for how many milliseconds an unknown one is put back
  ARGV[4…] names of the streams, in the order of KEYS[2…]

  Output: [wake-ups seen, how many of them were unknown]
]==]
local keyOf = {}
for i = 4, #ARGV do
  keyOf[ARGV[i]] = KEYS[i - 2]
end
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
local unknown = 0
for _, member in ipairs(due) do
  local cut = string.find(member, '\n', 1, true)
  local key = cut and keyOf[string.sub(member, 1, cut - 1)]
  if key then
    redis.call('XADD', key, '*', 'd', string.sub(member, cut + 1))
    redis.call('ZREM', KEYS[1], member)
  else
    unknown = unknown + 1
    redis.call('ZADD', KEYS[1], 'XX', tonumber(ARGV[1]) + tonumber(ARGV[3]), member)
  end
end
return { #due, unknown }
