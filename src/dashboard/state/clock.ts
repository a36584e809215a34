/** What this device takes for the time: it may be wrong, and business time may be elsewhere. */
export function deviceNowMs(): number {
  return performance.timeOrigin + performance.now();
}
