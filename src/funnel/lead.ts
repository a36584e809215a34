export const stages = [
  "greeting",
  "qualification",
  "pricing",
  "cta",
  "closed",
  "followup",
  "lost",
  "ghosted",
] as const;
export type Stage = (typeof stages)[number];

export const intents = ["unknown", "low", "medium", "high", "very_high"] as const;
export type Intent = (typeof intents)[number];

export const sentiments = [
  "neutral",
  "curious",
  "confused",
  "annoyed",
  "distrustful",
  "disappointed",
  "uninterested",
] as const;
export type Sentiment = (typeof sentiments)[number];

export const conversationModes = ["bot", "human"] as const;
export type ConversationMode = (typeof conversationModes)[number];

export const authors = ["lead", "bot", "human", "system"] as const;
export type Author = (typeof authors)[number];

/** How a lead came: wrote by itself, through an advertisement, or was entered by the team. */
export const leadSources = ["organic", "ad", "manual"] as const;

/** How it became known that a lead wants no marketing: by WhatsApp's setting, or by a refused send. */
export const marketingStopSources = ["preference", "refusal"] as const;
export type MarketingStopSource = (typeof marketingStopSources)[number];
