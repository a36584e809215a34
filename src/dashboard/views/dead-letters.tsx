import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components";
import { type DeadLetter, fetchDeadLetters, replayDeadLetter } from "../api/calls.ts";
import { sayDetail } from "../api/http.ts";
import { newIdempotencyKey } from "../api/idempotency-key.ts";
import { dateAndTime } from "../format.ts";
import { texts } from "../texts.ts";
import { DecideDialog } from "./decide-dialog.tsx";

const REFETCH_MS = 10_000;

/** The newest entries that were given up, for operators to decide about; nothing where there are none. */
export function DeadLetters() {
  const query = useQuery({
    queryKey: ["dead-letters"],
    queryFn: ({ signal }) => fetchDeadLetters(signal),
    refetchInterval: REFETCH_MS,
  });
  const letters = query.data ?? [];
  if (letters.length === 0) return null;
  return (
    <section className="letters" aria-labelledby="letters-title">
      <h2 id="letters-title">{texts.letters.title}</h2>
      <p className="soft">{texts.letters.about}</p>
      <ul>
        {letters.map((letter) => (
          // Asked for once more, it is another request with a key of its own.
          <Letter key={`${letter.id}/${letter.replayAskedAt}`} letter={letter} />
        ))}
      </ul>
    </section>
  );
}

function Letter({ letter }: { letter: DeadLetter }) {
  const client = useQueryClient();
  const [asks, setAsks] = useState<"replay" | "discard" | null>(null);
  const [key] = useState(newIdempotencyKey);
  const settled = () => {
    setAsks(null);
    void client.invalidateQueries({ queryKey: ["dead-letters"] });
    void client.invalidateQueries({ queryKey: ["queue"] });
  };
  const replay = useMutation({
    mutationFn: () => replayDeadLetter(letter.id, key),
    onSettled: settled,
  });
  const { stream, reason, refusal, state, replayOf, lastSeenAt, tries } = letter;
  const obstacle = replay.error ? sayDetail(replay.error) : refusal;
  return (
    <li className="letter" data-state={state}>
      <div className="letter-words">
        <p className="letter-head">
          <strong>{nameOf(stream)}</strong>
          <span className="soft">
            {texts.letters.facts(tries, dateAndTime(lastSeenAt))}
            {replayOf !== null && texts.letters.again}
          </span>
        </p>
        <p>{reason}</p>
        {obstacle !== null && <p className="is-bad">{texts.letters.refused(obstacle)}</p>}
      </div>
      {state === "scheduled" ? (
        <span className="soft">{texts.letters.scheduled}</span>
      ) : (
        <div className="letter-actions">
          <Button className="button" onPress={() => setAsks("replay")}>
            {texts.letters.replay}
          </Button>
          <Button className="button is-quiet" onPress={() => setAsks("discard")}>
            {texts.letters.discard}
          </Button>
        </div>
      )}
      <DecideDialog
        letter={letter}
        asks={asks}
        isPending={replay.isPending}
        onReplay={replay.mutate}
        onDiscarded={settled}
        onClose={() => setAsks(null)}
      />
    </li>
  );
}

function nameOf(stream: string): string {
  const names: Readonly<Record<string, string>> = texts.queue.names;
  return names[stream] ?? stream;
}
