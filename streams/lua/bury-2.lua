--[==[
  Gives an entry up: copies its bytes to `dead` and acknowledges it, both or neither, and only if this
  consumer still owns exactly that delivery. The copy is made here so that bytes which are no text
  survive. XADD comes first: when memory is full it fails and the entry stays pending.

  KEYS[1]  stream
  KEYS[2]  dead

  ARGV[1]  group
  ARGV[2]  consumer that handled it
  ARGV[3]  id
  ARGV[4]  tries (the delivery count it was handed with)
  ARGV[5]  JSON about the burial

  Output: 'buried', 'missed' (another delivery owns it) or 'vanished' (payload deleted while pending)
]==]
local row = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
if not row or row[2] ~= ARGV[2] or row[4] ~= tonumber(ARGV[4]) then
  return 'missed'
end
local entry = redis.call('XRANGE', KEYS[1], ARGV[3], ARGV[3])[1]
if not entry then
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
  return 'vanished'
end
local fields = entry[2]
local bytes = table.concat(fields, '\0')
if #fields == 2 and fields[1] == 'd' then
  bytes = fields[2]
end
redis.call('XADD', KEYS[2], '*', 'd', ARGV[5], 'e', bytes)
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
return 'buried'
