const fileNames: Readonly<Record<string, string>> = {
  image: "Photo",
  video: "Video",
  audio: "Audio",
  document: "Document",
  sticker: "Sticker",
};

/** What messages are beside their words. */
export const saidTexts = {
  deletedBy: {
    lead: "Deleted by the lead",
    human: "Deleted in the phone app",
    bot: "Deleted in the phone app",
    system: "Deleted in the phone app",
  },
  edited: "edited",
  forwarded: { once: "Forwarded", often: "Forwarded many times" },
  cameBy: (ad: string | null) => (ad === null ? "Came by an ad" : `Came by an ad: ${ad}`),
  place: "Location",
  form: "Form filled in",
  ownPhone: "their own number",
  callPermission: (isGiven: boolean) => (isGiven ? "Allows calls" : "Does not want calls"),
  unsupported: (what: string | null) =>
    what === null ? "WhatsApp cannot show this here" : `WhatsApp cannot show this here: ${what}`,
  file: ({ type, voice, filename }: { type: string; voice: boolean; filename: string | null }) =>
    filename ?? (voice ? "Voice message" : (fileNames[type] ?? type)),
  reactedBy: { lead: "The lead's reaction", human: "Our reaction" },
} as const;
