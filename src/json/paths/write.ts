/** Changes JSON values along paths, in place. What can not be written or removed stays as it is. */
import { childOf, indexOf, keyOf, withoutQueries } from './read.ts';
import type { KeyStep, Path, Step } from './types.ts';

/** Elements that an array may be padded by: a slip of the pen must not fill the memory. */
export const MAX_PADDING = 1000;

type SimpleStep = Exclude<Step, { kind: 'query' }>;
type Container = Record<string, unknown> | unknown[];

/** Writes a copy of the value at every place the path means. */
export function setAt(root: Container, path: Path, value: unknown): void {
  for (const steps of withoutQueries(root, path)) {
    const keys = steps.filter((step) => step.kind === 'key');
    if (keys.length === steps.length) create(root, keys, value);
    else replace(root, steps, value);
  }
}

/** Removes what stands at the path; several places from the last to the first. */
export function removeAt(root: Container, path: Path): void {
  for (const steps of withoutQueries(root, path).reverse()) {
    const keys = steps.filter((step) => step.kind === 'key');
    const last = keys.pop();
    if (last === undefined || keys.length + 1 !== steps.length) continue;
    let place: unknown = root;
    for (const step of keys) {
      const key = keyOf(place, step);
      place = key === undefined ? undefined : childOf(place, key);
    }
    removeFrom(place, last);
  }
}

function removeFrom(place: unknown, step: KeyStep): void {
  if (Array.isArray(place) && isLast(step)) {
    place.pop();
    return;
  }
  const key = keyOf(place, step);
  if (key === undefined) return;
  if (Array.isArray(place)) place.splice(Number(key), 1);
  else Reflect.deleteProperty(place as object, key);
}

/** Makes what is missing on the way; a scalar in the way gives way. */
function create(root: Container, steps: readonly KeyStep[], value: unknown): void {
  let place = root;
  for (const [at, step] of steps.entries()) {
    const key = keyFor(place, step);
    if (key === undefined) return;
    const next = steps[at + 1];
    const child = next === undefined ? structuredClone(value) : containerAt(place, key, next);
    put(place, key, child);
    if (next !== undefined) place = child as Container;
  }
}

function keyFor(place: Container, step: KeyStep): string | number | undefined {
  if (!Array.isArray(place)) return step.name;
  const index = isLast(step) ? place.length : indexOf(step);
  if (index === undefined || index - place.length > MAX_PADDING) return undefined;
  while (place.length < index) place.push(null);
  return index;
}

/** What stands there if it can hold something, else a new container of the kind the step needs. */
function containerAt(place: Container, key: string | number, next: KeyStep): Container {
  const known = Object.hasOwn(place, key) ? childOf(place, key) : undefined;
  if (typeof known === 'object' && known !== null) return known as Container;
  return isLast(next) || indexOf(next) !== undefined ? [] : {};
}

/** Replaces only what exists. */
function replace(place: unknown, steps: readonly SimpleStep[], value: unknown): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (step.kind === 'each') {
    if (Array.isArray(place)) for (const item of place) replace(item, rest, value);
    return;
  }
  const key = keyOf(place, step);
  if (key === undefined) return;
  if (rest.length > 0) replace(childOf(place, key), rest, value);
  else put(place as Container, key, structuredClone(value));
}

/** Defined, not assigned: `__proto__` is a key like any other. */
function put(place: Container, key: string | number, value: unknown): void {
  Object.defineProperty(place, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

const isLast = ({ name, isName }: KeyStep): boolean => name === '-1' && !isName;
