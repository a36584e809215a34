import type { Media as MediaRow, Message } from "../api/calls.ts";
import { useMedia } from "../state/use-media.ts";
import { mediaTexts as texts } from "../texts/media.ts";

const kinds: readonly string[] = ["image", "audio", "video", "document", "sticker"];

/** What came with a file, and what went out with one that lies here. */
export function hasFile({ direction, kind, content }: Message): boolean {
  if (direction === "in") return kinds.includes(kind);
  const carrier = content?.type === "template" && "header" in content ? content.header : content;
  return carrier != null && "media" in carrier && "fileId" in carrier.media;
}

/** The file of a message that has one: shown, played, or said where it is. */
export function Media({ message }: { message: Message }) {
  const { data, isError } = useMedia(message);
  if (data === undefined) {
    return <p className="media-note">{isError ? texts.unknown : texts.loading}</p>;
  }
  return (
    <div className="media" data-state={data.state}>
      {data.url === null ? <Absent media={data} /> : <Shown media={data} url={data.url} />}
      <Words media={data} />
    </div>
  );
}

function Absent({ media: { state, problem } }: { media: MediaRow }) {
  if (state === "pending" || state === "stored") {
    return <p className="media-note">{texts.loading}</p>;
  }
  const why = problem === null ? "" : `: ${texts.problems[problem]}`;
  return <p className="media-note">{`${texts[state]}${why}.`}</p>;
}

function Shown({ media, url }: { media: MediaRow; url: string }) {
  const { kind, mimeType, description, filename } = media;
  if (kind === "image" || kind === "sticker") {
    return (
      <a href={url} target="_blank" rel="noreferrer">
        <img className={`media-${kind}`} src={url} alt={description ?? texts.picture} />
      </a>
    );
  }
  // biome-ignore lint/a11y/useMediaCaption: the transcript stands below, where there is one.
  if (kind === "audio") return <audio controls preload="none" src={url} />;
  if (kind === "video" && mimeType === "video/mp4") {
    // biome-ignore lint/a11y/useMediaCaption: nobody has captions of what leads film.
    return <video className="media-image" controls preload="metadata" src={url} />;
  }
  const name = filename ?? texts.document;
  return (
    <a className="media-file" href={url} download={name}>
      {texts.save(name)}
    </a>
  );
}

/** What the bot was told of it. */
function Words({ media: { reading, voice, transcript, description } }: { media: MediaRow }) {
  if (reading === "pending" && voice) return <p className="media-note">{texts.listening}</p>;
  if (reading === "failed" && voice) return <p className="media-note">{texts.unheard}</p>;
  if (transcript !== null) {
    return (
      <p className="media-words" dir="auto">
        {!transcript.clear && <em>{texts.unclear} </em>}
        {transcript.text}
      </p>
    );
  }
  if (description === null) return null;
  return (
    <p className="media-words">
      <em>{texts.sees} </em>
      {description}
    </p>
  );
}
