import type { Breakers } from "./breaker.ts";
import type { Client } from "./connection.ts";
import { parseEntry } from "./entry.ts";
import { messageOf } from "./errors.ts";
import type { Groups } from "./groups.ts";
import { type Arrival, burialOf, type Job, newJob } from "./job.ts";
import type { DeadClass, Delivery, Handler, OrderKeys } from "./messages.ts";
import type { Observe, Outcome } from "./observe.ts";
import { OrderedQueue } from "./order.ts";
import type { Clock, Log } from "./ports.ts";
import { type Failure, fateOf, isLastTry, type Verdict } from "./retry.ts";
import { type Settled, Settler } from "./settle.ts";
import { Slots } from "./slots.ts";
import { type Keyspace, keyOf, type StreamName, type StreamSpec } from "./topology.ts";
import { verdictOn } from "./verdict.ts";

export interface LaneDeps {
  redis: Client;
  keyspace: Keyspace;
  partition: number;
  consumer: string;
  clock: Clock;
  log: Log;
  observe: Observe;
  breakers: Breakers;
  groups: Groups;
  classify(error: unknown): Verdict;
  orderKeys: OrderKeys;
  /** Room was made, or an entry left: readers may look again. */
  onChange(): void;
}

/** One stream of one partition in this process, whatever its entries are. */
export interface Lane {
  readonly stream: StreamName;
  readonly key: string;
  readonly spec: StreamSpec;
  readonly slots: Slots;
  readonly jobs: ReadonlyMap<string, Job>;
  /** Whether a dependency it needs is away. */
  readonly paused: boolean;
  /** Handles entries; the caller has reserved one slot for each. `fresh` ones may go together. */
  accept(arrivals: readonly Arrival[], how: "fresh" | "alone"): void;
  /** Handlers that were given up and still run; each keeps its slot. */
  readonly hungHandlers: number;
  /** Gives a handler up: its signal aborts, its entry gets no more heartbeats. */
  giveUp(job: Job): void;
  /** Settles nothing any more. */
  stop(): void;
}

/** Opens a stream for handling. */
export function openLane<Name extends StreamName>(
  deps: LaneDeps,
  stream: Name,
  spec: StreamSpec,
  handler: Handler<Name>,
): Lane {
  return new TypedLane(deps, stream, spec, handler);
}

interface Ready<Name extends StreamName> {
  readonly job: Job;
  readonly delivery: Delivery<Name>;
}

const everythingInOrder = () => ["all"];

class TypedLane<Name extends StreamName> implements Lane {
  readonly stream: Name;
  readonly key: string;
  readonly spec: StreamSpec;
  readonly slots: Slots;
  readonly jobs = new Map<string, Job>();
  readonly #deps: LaneDeps;
  readonly #handler: Handler<Name>;
  readonly #settler: Settler;
  readonly #queue: OrderedQueue<Ready<Name>>;
  #runningBatches = 0;
  #hungHandlers = 0;

  constructor(deps: LaneDeps, stream: Name, spec: StreamSpec, handler: Handler<Name>) {
    const { keyspace, partition } = deps;
    this.#deps = deps;
    this.#handler = handler;
    const keysOf = deps.orderKeys[stream] ?? everythingInOrder;
    this.#queue = new OrderedQueue(({ delivery }) => keysOf(delivery.entry));
    this.stream = stream;
    this.spec = spec;
    this.key = keyOf(keyspace, partition, stream);
    this.slots = new Slots(Math.floor(spec.concurrency / keyspace.partitions), deps.onChange);
    const deadKey = keyOf(keyspace, partition, "dead");
    this.#settler = new Settler({ ...deps, streamKey: this.key, deadKey });
  }

  get paused(): boolean {
    return this.#deps.breakers.anyOpen(this.spec.needs);
  }

  get hungHandlers(): number {
    return this.#hungHandlers;
  }

  giveUp(job: Job): void {
    job.hung = true;
    this.#hungHandlers += 1;
    job.abort.abort(new Error("The handler took too long."));
    const { id, tries } = job;
    this.#deps.log.error(
      { stream: this.stream, id, tries },
      "handler hung; its entry is given free",
    );
  }

  stop(): void {
    this.#settler.stop();
  }

  accept(arrivals: readonly Arrival[], how: "fresh" | "alone"): void {
    const ready = arrivals.flatMap((arrival) => this.#begin(arrival) ?? []);
    if (how === "fresh" && this.spec.ordered) {
      this.#queue.add(ready);
      this.#runQueue(this.spec.ordered.batches);
      return;
    }
    const size = how === "fresh" ? this.#groupSize : 1;
    for (let start = 0; start < ready.length; start += size) {
      void this.#start(ready.slice(start, start + size));
    }
  }

  get #groupSize(): number {
    return this.#deps.breakers.anyRamping(this.spec.needs) ? 1 : this.spec.batchSize;
  }

  /**
   * What arrives while batches are handled makes up the next ones. A batch that hangs holds up those
   * behind it only until it is given up.
   */
  #runQueue(batches: number): void {
    while (this.#runningBatches < batches) {
      const { items, done } = this.#queue.take(this.#groupSize);
      if (items.length === 0) return;
      this.#runningBatches += 1;
      void Promise.race([this.#start(items), this.#givenUp(items)]).then(() => {
        this.#runningBatches -= 1;
        done();
        this.#runQueue(batches);
      });
    }
  }

  #givenUp(batch: readonly Ready<Name>[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const { delivery } of batch) {
      delivery.signal.addEventListener("abort", () => resolve(), { once: true });
    }
    return promise;
  }

  /** Registers an entry; nothing is returned when it needs no handler or must not reach one. */
  #begin(arrival: Arrival): Ready<Name> | undefined {
    const { id, fields } = arrival;
    if (this.jobs.get(id)?.hung === false) {
      // The same reply told twice: once to the reader, once to the reclaimer.
      this.slots.release(1);
      return;
    }
    const job = newJob(arrival);
    this.jobs.set(id, job);
    if (fields === null) return void this.#fail(job, { class: "vanished" }, "It was deleted.");
    if (this.paused) return void this.#giveBack(job);
    return this.#admit(job);
  }

  #admit(job: Job): Ready<Name> | undefined {
    const triesBefore = job.tries - 1;
    if (triesBefore > 0 && isLastTry("crashed", triesBefore, this.spec.maxTries)) {
      const reason = `The handler died or hung in each of ${triesBefore} tries.`;
      return void this.#fail(job, { class: "crashed" }, reason);
    }
    const parsed = parseEntry(this.stream, job.fields);
    if (!parsed.ok) return void this.#fail(job, { class: "malformed" }, parsed.reason);
    const { id, tries } = job;
    const { partition } = this.#deps;
    const { signal } = job.abort;
    const { entry } = parsed;
    return { job, delivery: { stream: this.stream, partition, id, entry, tries, signal } };
  }

  /** After an outage a group runs when its turn comes. */
  #start(group: readonly Ready<Name>[]): Promise<void> {
    return this.#deps.breakers.admit(
      this.spec.needs,
      () => this.#run(group),
      () => {
        for (const { job } of group) this.#giveBack(job);
      },
    );
  }

  #giveBack(job: Job): void {
    void this.#finish(job, "waiting", this.#settler.giveBack(job));
  }

  async #run(group: readonly Ready<Name>[]): Promise<void> {
    for (const { job } of group) job.startedAt = performance.now();
    const error = await this.#attempt(group);
    if (error === undefined) {
      for (const { job } of group) {
        void this.#finish(job, "done", this.#settler.acknowledge(job));
      }
      return;
    }
    const verdict = verdictOn(this.#deps, error.thrown);
    if (group.length > 1 && verdict.class !== "dependency") {
      await this.#runAlone(group);
      return;
    }
    for (const { job } of group) this.#fail(job, verdict, messageOf(error.thrown));
  }

  /** Entries of a batch that failed. In order where order counts; one may then be tried again later. */
  async #runAlone(group: readonly Ready<Name>[]): Promise<void> {
    if (!this.spec.ordered) {
      await Promise.all(group.map((one) => this.#run([one])));
      return;
    }
    for (const one of group) await this.#run([one]);
  }

  async #attempt(group: readonly Ready<Name>[]): Promise<{ thrown: unknown } | undefined> {
    try {
      await this.#handler(group.map(({ delivery }) => delivery));
      return undefined;
    } catch (thrown) {
      return { thrown };
    }
  }

  #fail(job: Job, failure: Failure, reason: string): void {
    const fate = fateOf(failure, job.tries, this.spec.maxTries);
    if (fate.kind === "wait") {
      this.#deps.breakers.trip(fate.dependency, reason, fate.holdMs);
      this.#giveBack(job);
    } else if (fate.kind === "bury") {
      this.#condemn(job, fate.class, reason);
    } else if (fate.kind === "drop") {
      void this.#finish(job, "lost", Promise.resolve<Settled>("vanished"));
    } else {
      const facts = { stream: this.stream, id: job.id, tries: job.tries, error: reason };
      this.#deps.log.warn(facts, "entry failed; it is tried again later");
      void this.#finish(job, "retried", this.#settler.retry(job));
    }
  }

  /** Burying what is already buried would only move it: `dead` tries again for ever. */
  #condemn(job: Job, deadClass: DeadClass, reason: string): void {
    if (this.stream !== "dead") {
      this.#bury(job, deadClass, reason);
      return;
    }
    this.#deps.log.error({ id: job.id, reason }, "buried entry not archived; tried again later");
    void this.#finish(job, "retried", this.#settler.retry(job));
  }

  #bury(job: Job, errorClass: DeadClass, reason: string): void {
    const { id, tries } = job;
    this.#deps.log.error({ stream: this.stream, id, tries, errorClass }, "entry buried");
    const lastSeenAt = this.#deps.clock.now().getTime();
    const about = burialOf(job, this.stream, this.key, errorClass, reason, lastSeenAt);
    void this.#finish(job, "buried", this.#settler.bury(job, about));
  }

  async #finish(job: Job, outcome: Outcome, settling: Promise<Settled>): Promise<void> {
    const settled = await settling;
    const { observe, log } = this.#deps;
    if (this.jobs.get(job.id) === job) this.jobs.delete(job.id);
    if (job.hung) this.#hungHandlers -= 1;
    if (settled === "vanished") {
      log.error({ stream: this.stream, id: job.id }, "entry was deleted while pending");
      observe.lostPayload(this.stream, 1);
    }
    if (settled === "missed") {
      log.warn({ stream: this.stream, id: job.id }, "entry has another owner; settled nothing");
    }
    const final = settled === "settled" ? outcome : "lost";
    observe.processed(this.stream, final, performance.now() - job.startedAt);
    this.slots.release(1);
  }
}
