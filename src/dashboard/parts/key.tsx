/** A key's name on a button: for the eyes only, `aria-keyshortcuts` tells the others. */
export function Key({ name }: { name: string }) {
  return <span className="key" data-key={name} />;
}
