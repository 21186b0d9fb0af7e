/** Recorded conversations of the Codex CLI over HTTP (clients.md 5). */
import { describe } from 'node:test';
import { fixtureNames } from '../../support/fixtures.ts';
import { turnsOf } from './recording.ts';
import { replay } from './replay.ts';

/** Its session header has an underscore, which the native server refuses (docs/server.md). */
const OLD = 'codex/07-http-release-0.98.json';

const names = fixtureNames('codex').filter((name) => turnsOf(name).length > 0);

describe('Codex CLI', () => replay(names.filter((name) => name !== OLD)));
describe('Codex CLI up to 0.120', () => replay([OLD], 'node'));
