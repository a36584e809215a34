--[==[
  Appends entries to streams, in order. An entry that Redis refuses (out of memory, no stream under that
  key) leaves the others alone: entries of different callers travel in one call. A server that takes no
  writes at all refuses the call, so that the client looks for the master.

  KEYS[1…] streams

  ARGV     per entry: number of its stream in KEYS, JSON

  Output: [position of a refused entry in ARGV counted from 1, why, …]; empty when all were taken
]==]
local refused = {}
for i = 1, #ARGV, 2 do
  local reply = redis.pcall('XADD', KEYS[tonumber(ARGV[i])], '*', 'd', ARGV[i + 1])
  if type(reply) == 'table' and reply.err then
    if string.find(reply.err, '^READONLY') then
      return reply
    end
    refused[#refused + 1] = (i + 1) / 2
    refused[#refused + 1] = reply.err
  end
end
return refused
