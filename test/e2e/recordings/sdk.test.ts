/** Recorded conversations of SDKs: OpenAI, Anthropic, Google and the AI SDK (clients.md 11). */
import { replay } from './replay.ts';
import { fixtureNames } from '../../support/fixtures.ts';
import { turnsOf } from './recording.ts';

replay(fixtureNames('sdk').filter((name) => turnsOf(name).length > 0));
