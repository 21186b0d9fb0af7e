/** Recorded conversations of Gemini CLI, Qwen Code and opencode (clients.md 7 to 9). */
import { fixtureNames } from '../../support/fixtures.ts';
import { replay } from './replay.ts';

replay(['gemini/01-api-key-two-turns.json', ...fixtureNames('qwen'), ...fixtureNames('opencode')]);
