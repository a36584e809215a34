--[==[
  Appends entries to streams, in order. An entry that Redis refuses (out of memory, no stream under that
  key) or whose stream is full leaves the others alone: entries of different callers travel in one call.
  A server that takes no writes at all refuses the call, so that the client looks for the master.

  KEYS[1…] streams

  ARGV[1]  length from which on a stream is full
  ARGV     then, per entry: number of its stream in KEYS, JSON

  Output: [number of a refused entry counted from 1, why, …]; empty when all were taken
]==]
local refused = {}
local full = tonumber(ARGV[1])
for i = 2, #ARGV, 2 do
  local key = KEYS[tonumber(ARGV[i])]
  local length = redis.pcall('XLEN', key)
  local reply
  if type(length) == 'number' and length >= full then
    reply = { err = 'the stream is full: ' .. length .. ' entries wait' }
  else
    reply = redis.pcall('XADD', key, '*', 'd', ARGV[i + 1])
  end
  if type(reply) == 'table' and reply.err then
    if string.find(reply.err, '^READONLY') then
      return reply
    end
    refused[#refused + 1] = i / 2
    refused[#refused + 1] = reply.err
  end
end
return refused
