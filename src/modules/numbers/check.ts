/** One thing that was looked at. */
export interface Check {
  check: string;
  /** The number it is about, as people know it; null: the installation. */
  about: string | null;
  state: "ok" | "warn" | "fail";
  /** How it is. */
  text: string;
  /** What to do; null where nothing is wrong. */
  fix: string | null;
}

export const ok = (check: string, text: string, about: string | null = null): Check => ({
  ...{ check, about, text },
  state: "ok",
  fix: null,
});

export const fault = (
  state: "warn" | "fail",
  check: string,
  text: string,
  fix: string,
  about: string | null = null,
): Check => ({ check, about, state, text, fix });
