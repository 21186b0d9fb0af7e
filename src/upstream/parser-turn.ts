/**
 * The HTTP parser under undici exists once per thread and can not be entered twice: what would enter
 * it again from inside a callback (a new request, a resumed stream) waits until the callback is over.
 */
let depth = 0;

/** A callback of the parser begins; {@link leaveParser} has to follow. */
export function enterParser(): void {
  depth += 1;
}

export function leaveParser(): void {
  depth -= 1;
}

/** Runs `action` now, or right after the parser's turn when there is one. */
export function outsideParser(action: () => void): void {
  if (depth === 0) action();
  else queueMicrotask(action);
}
