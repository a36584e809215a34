--[==[
  Deletes a consumer that is gone and owns nothing. Deleting one that owns entries would lose them, so
  the check and the deletion are one step.

  KEYS[1]  stream
  KEYS[2]  alive key of the consumer

  ARGV[1]  group
  ARGV[2]  consumer

  Output: 1 when deleted, else 0
]==]
if redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then
  return 0
end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
