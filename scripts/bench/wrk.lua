-- Posts webhooks that were signed beforehand. Argument: a file with one "<signature> <body>" per line.

local requests = {}
local at = 0

function init(args)
  for line in io.lines(args[1]) do
    local signature, body = line:match("^(%S+) (.*)$")
    requests[#requests + 1] = wrk.format("POST", nil, {
      ["content-type"] = "application/json",
      ["x-hub-signature-256"] = signature,
    }, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  -- `status` counts answers above 399, which `requests` counts as well.
  io.write(string.format(
    'REPORT {"acknowledged":%d,"failed":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f}\n',
    summary.requests - errors.status,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
