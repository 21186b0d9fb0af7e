/**
 * Typed control calls between threads: comlink over Node's MessagePort. Never used per request or
 * per chunk; data goes through `actors/ports.ts`.
 */
import Comlink from 'comlink';
import adapter from 'comlink/dist/umd/node-adapter.js';
import type { MessagePort, Worker } from 'node:worker_threads';

/** The adapter is a CommonJS module whose exports are the function itself; its types say otherwise. */
const nodeEndpoint = adapter as unknown as (port: MessagePort | Worker) => Comlink.Endpoint;

type TransferList = Parameters<typeof Comlink.transfer>[1];

/** The caller's view of a control interface: every method asynchronous. */
export type Remote<Interface> = Comlink.Remote<Interface>;

/** Makes an object callable from the other end of a port. */
export function expose(target: object, port: MessagePort): void {
  Comlink.expose(target, nodeEndpoint(port));
}

/** Calls the object that the other end exposes. */
export function remote<Interface>(port: MessagePort | Worker): Remote<Interface> {
  return Comlink.wrap<Interface>(nodeEndpoint(port));
}

/** Marks a value whose ownership goes to the other thread with the call. */
export function transferred<Value>(value: Value, ports: MessagePort[]): Value {
  // comlink's types know the browser's Transferable only; at run time it is Node's MessagePort.
  return Comlink.transfer(value, ports as unknown as TransferList) as Value;
}
