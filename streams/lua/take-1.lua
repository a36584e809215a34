--[==[
  Takes pending entries over and returns their payload, each only if it still stands as it was seen:
  same owner, same tries, idle long enough. Of several takers one wins.

  KEYS[1]  stream

  ARGV[1]  group
  ARGV[2]  consumer that takes
  ARGV[3…] per entry: id, owner seen, tries seen, least idle time in milliseconds, tries to set

  Output: [entries taken, each [id, [field, value, …]],
           ids whose payload was deleted while pending; Redis has dropped them]
]==]
local taken, vanished = {}, {}
for i = 3, #ARGV, 5 do
  local id = ARGV[i]
  local row = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  if row and row[2] == ARGV[i + 1] and row[4] == tonumber(ARGV[i + 2])
    and row[3] >= tonumber(ARGV[i + 3]) then
    local claimed = redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'RETRYCOUNT', ARGV[i + 4])
    if claimed[1] then
      taken[#taken + 1] = claimed[1]
    else
      vanished[#vanished + 1] = id
    end
  end
end
return { taken, vanished }
