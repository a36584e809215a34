export const help = `Dead letters: queue entries that were given up, and messages that could not be
sent for a reason that can be put right.

  bun run dead list [filter] [--state waiting] [--limit 20] [--json]
      newest first; --state: waiting (default), scheduled, replayed,
      discarded, all
  bun run dead show <id> [--json | --entry]
      one letter, what people wrote masked; --entry: its entry alone,
      to be corrected
  bun run dead replay <id> [--edit entry.json]
      once, by its stream's rules; --edit: the corrected entry, where
      every mask stands for what was there
  bun run dead replay [filter] --pace 10
      all that wait and fit, so many a second; goes on by itself
  bun run dead stop [filter]
      call off what is scheduled
  bun run dead discard <id> --reason "…"
      for good

Filter: --stream inbound  --organization <id>  --class poison
        --from 2026-11-22T22:00:00Z  --to …

Everything is audited in your name. A running scheduler replays.
Exit codes: 0 done, 1 refused or failed, 2 not understood,
3 asked for and not done yet.
`;
