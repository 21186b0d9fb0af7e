/**
 * Entry of the proxy under test: the real program, and a way to end one of its host threads as a
 * crash would. Run with an IPC channel; the argument is the config file.
 */
import { loggerFor } from '../../src/observe/log.ts';
import { prepareUwsEnvironment } from '../../src/front/server/uws.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { workerId } from '../../src/ids.ts';

const MAX_HEADER_BYTES = 64 * 1024;

prepareUwsEnvironment(MAX_HEADER_BYTES);
const supervisor = await Supervisor.start({
  configPath: process.argv[2] ?? '',
  version: 'benchmark',
  log: loggerFor('main', false),
});

process.on('message', (message) => {
  if (message === 'kill a host') void supervisor.hosts.replace(workerId('host-0'));
});
process.send?.({ port: supervisor.port });
