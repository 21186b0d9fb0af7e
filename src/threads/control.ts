/**
 * Typed control calls between threads: comlink over Node's MessagePort. Never used per request or
 * per chunk; data goes through `actors/ports.ts`.
 */
import Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/umd/node-adapter.js';
import type { MessagePort, Worker } from 'node:worker_threads';

/** The caller's view of a control interface: every method asynchronous. */
export type Remote<Interface> = Comlink.Remote<Interface>;

/** Makes an object callable from the other end of a port. */
export function expose(target: object, port: MessagePort): void {
  Comlink.expose(target, endpointOf(port));
}

/** Calls the object that the other end exposes. */
export function remote<Interface>(port: MessagePort | Worker): Remote<Interface> {
  return Comlink.wrap<Interface>(endpointOf(port));
}

/** Marks a value whose ownership goes to the other thread with the call. */
export function transferred<Value>(value: Value, ports: MessagePort[]): Value {
  // comlink's types know the browser's Transferable only; at run time it is Node's MessagePort.
  return Comlink.transfer(value, ports as unknown as Transferable[]) as Value;
}

function endpointOf(port: MessagePort | Worker): Comlink.Endpoint {
  return nodeEndpoint(port as unknown as Parameters<typeof nodeEndpoint>[0]);
}
