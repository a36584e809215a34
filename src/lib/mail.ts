export interface Mail {
  /** One address. */
  to: string;
  subject: string;
  /** Plain text; may hold a link that is good once: never to be logged. */
  text: string;
}

/** Sends letters to people. Rejects when the letter certainly did not go. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
}
