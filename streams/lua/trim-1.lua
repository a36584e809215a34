--[==[
  Removes the entries that every group is done with: all before the lowest pending id or, with nothing
  pending, up to the last delivered one. Never touches unread or pending entries. A stream without a
  group is left alone.

  KEYS[1]  stream

  Output: how many entries were removed
]==]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end

local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local keepMs, keepSeq
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local info = {}
  for i = 1, #group, 2 do
    info[group[i]] = group[i + 1]
  end
  local ms, seq
  local pending = redis.call('XPENDING', KEYS[1], info['name'])
  if pending[1] > 0 then
    ms, seq = parts(pending[2])
  else
    ms, seq = parts(info['last-delivered-id'])
    seq = seq + 1
  end
  if not keepMs or ms < keepMs or (ms == keepMs and seq < keepSeq) then
    keepMs, keepSeq = ms, seq
  end
end
if not keepMs then
  return 0
end
return redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-%.0f', keepMs, keepSeq))
