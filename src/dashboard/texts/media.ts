/** What stands in place of a file, or beside it. */
export const mediaTexts = {
  loading: "Fetching the file…",
  unknown: "The file could not be looked up.",
  picture: "Picture from the lead",
  document: "Document",
  save: (name: string) => `Save ${name}`,
  refused: "Not kept",
  failed: "Could not be fetched",
  erased: "Erased",
  problems: {
    too_large: "it is too large",
    type_not_allowed: "its type is not allowed",
    hash_mismatch: "its bytes are not those that WhatsApp told of",
    foreign_host: "its address led away from WhatsApp",
    expired: "WhatsApp does not have it any more",
    unavailable: "WhatsApp did not give it",
  },
  listening: "Being written down…",
  unclear: "Hard to understand. Perhaps:",
  unheard: "Could not be written down.",
  sees: "In the picture:",
} as const;
