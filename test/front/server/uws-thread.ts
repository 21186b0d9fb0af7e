/** A worker thread that serves on uWebSockets.js and exits, with open connections, when told to. */
import { parentPort } from 'node:worker_threads';
import { collectLog } from '../../support/logs.ts';
import { loadUws, startUws } from '../../../src/front/server/uws.ts';
import { OPTIONS } from './harness.ts';

/** Exit status that tells an ordinary exit from a crash. */
export const EXIT_STATUS = 7;

if (parentPort !== null) {
  const openFor = { limit: 0, onBody: () => undefined, onTooLarge: () => undefined };
  const app = {
    onRequest: () => ({ ...openFor, onTimeout: () => undefined }),
    onUpgrade: () => undefined,
  };
  const server = await startUws(await loadUws(), OPTIONS, app, collectLog().log);
  parentPort.once('message', () => process.exit(EXIT_STATUS));
  parentPort.postMessage(server.port);
}
