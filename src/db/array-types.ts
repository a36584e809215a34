/**
 * The array types that statements here use, by Postgres's fixed ids. postgres.js could ask the server
 * for all of them, but does so on each new connection with a query that nobody observes: a backend
 * that dies under it ends the process by an unhandled rejection (measured with 3.4.9).
 */
export const arrayTypes = {
  int4Array: arrayType(1007, Number),
  textArray: arrayType(1009, String),
  uuidArray: arrayType(2951, String),
};

function arrayType<Element>(id: number, elementOf: (text: string) => Element) {
  return {
    to: id,
    from: [id],
    serialize: toLiteral,
    parse: (literal: string) => fromLiteral(literal, elementOf),
  };
}

function toLiteral(elements: readonly unknown[]): string {
  const quoted = elements.map((element) =>
    element === null ? "NULL" : `"${String(element).replaceAll(/["\\]/g, "\\$&")}"`,
  );
  return `{${quoted.join(",")}}`;
}

/** A quoted element, with its escapes; or a bare one, where NULL means none. */
const ELEMENT = /"((?:[^"\\]|\\.)*)"|([^",{}]+)/gs;

function fromLiteral<Element>(
  literal: string,
  elementOf: (text: string) => Element,
): (Element | null)[] {
  return [...literal.matchAll(ELEMENT)].map(([, quoted, bare]) => {
    if (quoted !== undefined) return elementOf(quoted.replaceAll(/\\(.)/gs, "$1"));
    return bare === undefined || bare === "NULL" ? null : elementOf(bare);
  });
}
