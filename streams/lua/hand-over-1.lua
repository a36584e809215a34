--[==[
  Moves pending entries from one consumer to another without delivering them, each only if the first
  still owns exactly that delivery: to `~retry` after a failure, to `~retry` long idle at shutdown,
  to itself as a heartbeat.

  KEYS[1]  stream

  ARGV[1]  group
  ARGV[2]  consumer that owns them
  ARGV[3]  consumer that gets them
  ARGV[4…] per entry: id, tries now, tries to set, idle time to set in milliseconds

  Output: [ids not moved because another delivery owns them,
           ids whose payload was deleted while pending; Redis has dropped them]
]==]
local missed, vanished = {}, {}
for i = 4, #ARGV, 4 do
  local id = ARGV[i]
  local row = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  if row and row[2] == ARGV[2] and row[4] == tonumber(ARGV[i + 1]) then
    local moved = redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, id,
      'IDLE', ARGV[i + 3], 'RETRYCOUNT', ARGV[i + 2], 'JUSTID')
    if #moved == 0 then
      vanished[#vanished + 1] = id
    end
  else
    missed[#missed + 1] = id
  end
end
return { missed, vanished }
