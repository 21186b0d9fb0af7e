/** The contract on uWebSockets.js. Where no native build loads there is nothing to test here. */
import { describe } from 'node:test';
import { httpCases } from './http-cases.ts';
import { loadUws, prepareUwsEnvironment, startUws } from '../../../src/front/server/uws.ts';
import { socketCases } from './socket-cases.ts';
import type { StartBackend } from './start.ts';

prepareUwsEnvironment(64 * 1024);
const native = await loadUws().catch(() => undefined);

if (native !== undefined) {
  describe('uWebSockets.js', () => {
    const start: StartBackend = (options, app) => startUws(native, options, app);
    httpCases(start);
    socketCases(start);
  });
}
