--[==[
  Generic cell rate algorithm over several buckets: one event passes all of them or none, and a refusal
  writes nothing. `gcra.ts` is the same rule in TypeScript.

  KEYS[1…] buckets (each holds the theoretical arrival time of its next event, in microseconds)

  ARGV[1]  now, epoch microseconds
  ARGV[2…] per bucket: microseconds between events, events allowed at once

  Output: {0, 0} when the event may pass, else microseconds until it may, and which bucket (from 1)
  makes it wait that long
]==]
local now = tonumber(ARGV[1])
local wait, slowest, arrivals = 0, 0, {}
for i = 1, #KEYS do
  local interval = tonumber(ARGV[2 * i])
  local window = interval * tonumber(ARGV[2 * i + 1])
  -- A value beyond the window was written by a faster clock; it must not block for longer than one.
  local stored = math.min(tonumber(redis.call('GET', KEYS[i]) or 0), now + window)
  local arrival = math.max(stored, now) + interval
  arrivals[i] = arrival
  if arrival - window - now > wait then
    wait, slowest = arrival - window - now, i
  end
end
if wait > 0 then
  return {wait, slowest}
end
for i = 1, #KEYS do
  -- A minute longer than by the caller's clock: Redis forgets by its own, which may run ahead.
  local left = math.ceil((arrivals[i] - now) / 1000) + 60000
  redis.call('SET', KEYS[i], string.format('%.0f', arrivals[i]), 'PX', string.format('%.0f', left))
end
return {0, 0}
