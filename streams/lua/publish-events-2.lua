--[==[
  Appends live events, and names the stream's epoch when it has none yet: stream and epoch live and
  die together, so a cursor from before a loss is told apart.

  KEYS[1]  events
  KEYS[2]  epoch

  ARGV[1]  epoch to use if there is none
  ARGV[2]  length to keep, roughly
  ARGV[3…] events, JSON

  Output: how many were appended
]==]
redis.call('SET', KEYS[2], ARGV[1], 'NX')
for i = 3, #ARGV do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'd', ARGV[i])
end
return #ARGV - 2
