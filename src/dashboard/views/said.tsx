import type { Message } from "../api/calls.ts";
import { texts } from "../texts.ts";

type Content = NonNullable<Message["content"]>;
type Of<T extends Content["type"]> = Extract<Content, { type: T }>;

/** What a message says: its words, and what it is beside them. */
export function Said({ message }: { message: Message }) {
  const { text, content, deletedAt, author, kind } = message;
  if (deletedAt !== null) {
    return <p className="text is-other">{texts.said.deletedBy[author]}</p>;
  }
  const beside = content && besideOf(content);
  return (
    <>
      {content && <Marks content={content} />}
      {beside}
      {(text !== null || !beside) && (
        <p className={text === null ? "text is-other" : "text"} dir="auto">
          {text ?? texts.inbox.noText(kind)}
        </p>
      )}
    </>
  );
}

/** Null: the text says it all. */
function besideOf(content: Content) {
  switch (content.type) {
    case "location":
      return <Place content={content} />;
    case "contacts":
      return <Cards content={content} />;
    case "order":
      return <Order content={content} />;
    case "form_reply":
      return <Form content={content} />;
    case "call_permission":
      return <Aside text={texts.said.callPermission(content.response === "accept")} />;
    case "unsupported":
      return <Aside text={texts.said.unsupported(content.what)} />;
    case "system":
      return <Aside text={content.body ?? content.change} />;
    default:
      return "voice" in content ? <Aside text={texts.said.file(content)} /> : null;
  }
}

function Aside({ text }: { text: string }) {
  return (
    <p className="beside" dir="auto">
      {text}
    </p>
  );
}

function Marks({ content }: { content: Content }) {
  const forwarded = "forwarded" in content ? content.forwarded : undefined;
  const referral = "referral" in content ? content.referral : undefined;
  return (
    <>
      {forwarded && <Aside text={texts.said.forwarded[forwarded]} />}
      {referral && <Aside text={texts.said.cameBy(referral.headline ?? referral.sourceId)} />}
    </>
  );
}

function Place({ content }: { content: Of<"location"> }) {
  const { latitude, longitude, name, address } = content;
  const at = `${latitude}/${longitude}`;
  return (
    <p className="beside" dir="auto">
      <a
        href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${at}`}
        target="_blank"
        rel="noreferrer"
      >
        {name ?? address ?? texts.said.place}
      </a>
      {name !== null && address !== null && <span>{` ${address}`}</span>}
    </p>
  );
}

function Cards({ content }: { content: Of<"contacts"> }) {
  return (
    <ul className="beside">
      {content.cards.map((card, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards never move, and may be alike.
        <li key={at} dir="auto">
          {[card.name, card.company, ...card.phones, ...card.emails].filter(Boolean).join(" · ")}
          {card.ownPhone !== null && ` (${texts.said.ownPhone})`}
        </li>
      ))}
    </ul>
  );
}

function Order({ content }: { content: Of<"order"> }) {
  return (
    <ul className="beside">
      {content.lines.map(({ quantity, retailerId, price, currency }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines never move, and may be alike.
        <li key={at} dir="auto">
          {`${quantity ?? "?"} × ${retailerId ?? "?"}`}
          {price !== null && ` · ${price} ${currency ?? ""}`}
        </li>
      ))}
    </ul>
  );
}

function Form({ content }: { content: Of<"form_reply"> }) {
  const { answers, answerText, body } = content;
  const fields = Object.entries(answers ?? {}).filter(([name]) => name !== "flow_token");
  if (fields.length === 0) return <Aside text={answerText ?? body ?? texts.said.form} />;
  return (
    <ul className="beside">
      {fields.map(([name, value]) => (
        <li key={name} dir="auto">
          {`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`}
        </li>
      ))}
    </ul>
  );
}

/** Who reacted how; nothing for most messages. */
export function Reactions({ reactions }: Pick<Message, "reactions">) {
  if (reactions.length === 0) return null;
  return (
    <p className="reactions">
      {reactions.map(({ author, emoji }) => (
        <span key={author} title={texts.said.reactedBy[author]}>
          {emoji}
        </span>
      ))}
    </p>
  );
}
