/**
 * What is kept of an identity whose owner said stop and was erased: static SQL, the same for the same
 * organization, kind and value. Null for a null value.
 */
export function erasedFingerprint(organizationId: string, kind: string, value: string): string {
  return `encode(sha256(convert_to(${organizationId}::text || ':' || ${kind} || ':' || ${value}, 'UTF8')), 'hex')`;
}
