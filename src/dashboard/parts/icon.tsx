/** Line drawings on a 24 × 24 grid. */
const drawings = {
  inbox: "M3 13h5l1.5 3h5L16 13h5M5 5h14l2 8v6H3v-6z",
  queue: "M4 6h16M4 12h11M4 18h7",
  help: "M9.2 9.2a2.9 2.9 0 1 1 4.3 2.6c-1 .6-1.5 1.2-1.5 2.2M12 17.3v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  exit: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  back: "M15 5l-7 7 7 7",
  stop: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6.2 6.2l11.6 11.6",
  close: "M6 6l12 12M18 6L6 18",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.6v.1",
  reply: "M9.5 6L4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6V19",
  down: "M12 5v14M6 13l6 6 6-6",
  send: "M4.5 5l15 7-15 7 2-7zM6.5 12h7",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20a7.5 7.5 0 0 1 15 0",
  bot: "M6 9h12v10H6zM12 9V5M9.5 13.2v.6M14.5 13.2v.6M3.5 13v3M20.5 13v3M10 16.5h4",
  flag: "M6 21V4M6 4.5h11l-2.2 4L17 12.5H6",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5v4.8l3 1.8",
  tick: "M6 12.5l4 4L18.5 8",
  ticks: "M2.5 12.5l4 4L15 8M11 15.5l1 1L21 8",
  alert: "M12 4L2.8 19.5h18.4zM12 10v4.5M12 16.8v.1",
  offline:
    "M4 4l16 16M8.5 15.5a5 5 0 0 1 7 0M5 12a10 10 0 0 1 4-2.4M14 9.3a10 10 0 0 1 5 2.7M12 19.2v.1",
  eye: "M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12zM12 9.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2z",
  office: "M5 21V4h9v17M14 10h5v11M3 21h18M8 8.5h3M8 12.5h3M8 16.5h3",
  chat: "M12 3.8c5 0 8.6 3.2 8.6 7.5s-3.6 7.5-8.6 7.5c-1 0-2-.1-2.9-.4L5 20.3l.8-3.6a7.2 7.2 0 0 1-2.4-5.4c0-4.3 3.6-7.5 8.6-7.5z",
} as const;

export type IconName = keyof typeof drawings;

/** A drawing beside words: hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}
