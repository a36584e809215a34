import { texts } from "../texts.ts";

/** The mark and the name. */
export function Brand() {
  return (
    <p className="brand">
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path
          className="brand-shape"
          d="M12 2.5c5.5 0 9.5 3.7 9.5 8.6s-4 8.6-9.5 8.6c-1.2 0-2.3-.2-3.3-.5L4 21.5l1-4.3c-1.6-1.6-2.5-3.7-2.5-6.1C2.5 6.2 6.5 2.5 12 2.5z"
        />
        <path className="brand-line" d="M6.5 12.8l3.6-3.6 3 3 4.4-4.4" />
      </svg>
      <span>{texts.product}</span>
    </p>
  );
}
