/** Recorded conversations of Claude Code (clients.md 6). */
import { fixtureNames } from '../../support/fixtures.ts';
import { replay } from './replay.ts';

replay(fixtureNames('claude'));
