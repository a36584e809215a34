--[==[
  Acknowledges entries, each only if this consumer still owns exactly that delivery of it. A worker
  that was paused while its entry was taken over therefore settles nothing.

  KEYS[1]  stream

  ARGV[1]  group
  ARGV[2]  consumer that handled them
  ARGV[3…] per entry: id, tries (the delivery count it was handed with)

  Output: ids that were not acknowledged because another delivery owns them, or none.
]==]
local held, missed = {}, {}
for i = 3, #ARGV, 2 do
  local row = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if row and row[2] == ARGV[2] and row[4] == tonumber(ARGV[i + 1]) then
    held[#held + 1] = ARGV[i]
  else
    missed[#missed + 1] = ARGV[i]
  end
end
if #held > 0 then
  redis.call('XACK', KEYS[1], ARGV[1], unpack(held))
end
return missed
